"""A round of polls: host by host, several at a time, and what came back at one time is written together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import structlog

from bot.domain.errors import DayoriError
from bot.formats.url_credentials import without_credentials
from bot.services.cancellation import uncancellable
from bot.services.feeds.address_merge import merge
from bot.services.feeds.offering import Offering
from bot.services.feeds.poll_records import HostQueue, Poll, PollOutcome, PollRecords
from bot.services.feeds.poll_requests import PollRequests, SentRequest
from bot.services.feeds.poll_results import PollReport
from bot.services.ports import Clock
from bot.store.database import Database

HOSTS = 16  # polled at a time
_GATHERING = 0.03  # seconds in which more answers may come, to be written together
_TOGETHER = 150  # entries that are written in one transaction, unless one document has more
T = TypeVar("T")
_log = structlog.get_logger()


class PollRound:
    """One round over all that is due; `show` is called after each poll."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        records: PollRecords,
        requests: PollRequests,
        offering: Offering,
        show: Callable[[], None],
    ) -> None:
        self._database, self._clock, self._show = database, clock, show
        self._records, self._requests, self._offering = records, requests, offering
        self._running = set[asyncio.Task[SentRequest]]()
        self.report = PollReport()

    async def run(self, address_id: int | None = None) -> None:
        """Poll until nothing is due, or only one address."""
        try:
            await self._start(address_id)
            while self._running:
                sent = await self._gather()
                await self._start(address_id)  # others are requested while these are written
                for group in _groups(sent, lambda each: _size(each.poll), _TOGETHER):
                    await self._write(group)
        finally:
            await self._give_up()

    async def offer(self, polls: Sequence[tuple[Poll, PollOutcome]]) -> None:
        """Offer what is new, and let feeds follow an address that moved onto another one."""
        unseen = [each for _, outcome in polls for each in outcome.unseen]
        for group in _groups(unseen, lambda each: len(each.entries), _TOGETHER):
            self.report.offered.update(await self._offering.offer_news(group))
        for poll, outcome in polls:
            for feed in outcome.behind:
                self.report.offered[feed.id] += (await self._offering.catch_up(feed)).offered
            if outcome.moved_to:
                await self._merge(poll, outcome.moved_to)

    async def _start(self, address_id: int | None) -> None:
        """Request what is due of as many hosts as may be polled."""
        while free := HOSTS - len(self._running):
            queues = await self._records.lease_due(free, address_id)
            for queue in queues:
                self._send(queue)
            if not queues:
                return

    def _send(self, queue: HostQueue) -> None:
        self._requests.leases.update(queue.waiting, [queue.first.id] if queue.first else [])
        self._running.add(asyncio.create_task(self._requests.send(queue)))

    async def _gather(self) -> list[SentRequest]:
        """Wait for an answer, and a moment for others."""
        await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        done, self._running = await asyncio.wait(self._running, timeout=_GATHERING)
        return [task.result() for task in done]

    async def _write(self, group: Sequence[SentRequest]) -> None:
        """Write what was answered, offer what is new, and go on with the hosts of which more is due."""
        polls = await self._finish([sent.poll for sent in group if sent.poll])
        self._requests.leases.difference_update(poll.before.id for poll, _ in polls)
        await self._requests.release(id for sent in group for id in _leased(sent))
        self._log_failures(polls)
        self.report.new.update((poll.before.id, outcome.new) for poll, outcome in polls)
        await self.offer(polls)
        for sent in group:
            self._show()
            if sent.queue.waiting:
                self._send(await self._records.next(sent.queue))

    async def _finish(self, polls: Sequence[Poll]) -> list[tuple[Poll, PollOutcome]]:
        """Write polls together; one that breaks the program must not keep the others from being written."""
        try:
            return list(zip(polls, await self._records.finish(polls), strict=True))
        except DayoriError:
            raise
        except Exception as error:
            if len(polls) > 1:
                return [each for one in polls for each in await self._finish([one])]
            url = without_credentials(polls[0].before.url)
            _log.error("a feed could not be polled", feed=url, exc_info=error)
            return []

    def _log_failures(self, polls: Sequence[tuple[Poll, PollOutcome]]) -> None:
        for poll, _ in polls:
            if failure := poll.answer.failure:
                url = without_credentials(poll.before.url)
                _log.info("a feed could not be polled", feed=url, reason=failure.text("en"))

    async def _merge(self, poll: Poll, other: int) -> None:
        async with self._database.write() as connection:
            await merge(connection, poll.before.id, other, self._clock())
        places = {
            "feed": without_credentials(poll.before.url),
            "now": without_credentials(poll.answer.moved or ""),
        }
        _log.warning("a feed moved for good to the address of another one", **places)

    @uncancellable
    async def _give_up(self) -> None:
        """End what still runs, as after an error, and all leases."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._requests.release(list(self._requests.leases))


def _leased(sent: SentRequest) -> list[int]:
    """Return the leases that end with a request; those of other addresses of its host go on."""
    return [*([sent.queue.first.id] if sent.queue.first else []), *sent.others]


def _size(poll: Poll | None) -> int:
    return len(poll.verification.entries) if poll else 0


def _groups(items: Sequence[T], size: Callable[[T], int], most: int) -> Iterator[Sequence[T]]:
    """Yield items in groups that are no larger together, or of one item."""
    start = total = 0
    for at, item in enumerate(items):
        total += size(item)
        if total > most and at > start:
            yield items[start:at]
            start, total = at, size(item)
    if start < len(items):
        yield items[start:]
