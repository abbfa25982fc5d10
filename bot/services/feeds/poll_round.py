"""A round of polls: host by host, several at a time, and what came back at one time is written together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import structlog

from bot.domain.errors import DayoriError
from bot.formats.url_credentials import without_credentials
from bot.services.cancellation import uncancellable
from bot.services.feeds.moving import merge
from bot.services.feeds.offering import Offering
from bot.services.feeds.poll_records import Answered, Finished, Lane, PollRecords
from bot.services.feeds.poll_requests import PollRequests, Sent
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
        self._running = set[asyncio.Task[Sent]]()
        self.report = PollReport()

    async def run(self, address_id: int | None = None) -> None:
        """Poll until nothing is due, or only one address."""
        try:
            await self._start(address_id)
            while self._running:
                sent = await self._gather()
                await self._start(address_id)  # others are requested while these are written
                for group in _groups(sent, lambda each: _size(each.answered), _TOGETHER):
                    await self._write(group)
        finally:
            await self._give_up()

    async def offer(self, finished: Sequence[tuple[Answered, Finished]]) -> None:
        """Offer what is new, and let feeds follow an address that moved onto another one."""
        unseen = [each for _, result in finished for each in result.unseen]
        for group in _groups(unseen, lambda each: len(each.entries), _TOGETHER):
            self.report.offered.update(await self._offering.offer_news(group))
        for answered, result in finished:
            for feed in result.behind:
                self.report.offered[feed.id] += (await self._offering.catch_up(feed)).offered
            if result.moved_to:
                await self._merge(answered, result.moved_to)

    async def _start(self, address_id: int | None) -> None:
        """Request what is due of as many hosts as may be polled."""
        while free := HOSTS - len(self._running):
            lanes = await self._records.claim(free, address_id)
            for lane in lanes:
                self._send(lane)
            if not lanes:
                return

    def _send(self, lane: Lane) -> None:
        self._requests.leases.update(lane.waiting, [lane.first.id] if lane.first else [])
        self._running.add(asyncio.create_task(self._requests.send(lane)))

    async def _gather(self) -> list[Sent]:
        """Wait for an answer, and a moment for others."""
        await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        done, self._running = await asyncio.wait(self._running, timeout=_GATHERING)
        return [task.result() for task in done]

    async def _write(self, group: Sequence[Sent]) -> None:
        """Write what was answered, offer what is new, and go on with the hosts of which more is due."""
        finished = await self._finish([sent.answered for sent in group if sent.answered])
        self._requests.leases.difference_update(answered.before.id for answered, _ in finished)
        await self._requests.release(id for sent in group for id in _leased(sent))
        self._log_failures(finished)
        self.report.new.update((answered.before.id, result.new) for answered, result in finished)
        await self.offer(finished)
        for sent in group:
            self._show()
            if sent.lane.waiting:
                self._send(await self._records.next(sent.lane))

    async def _finish(self, answered: Sequence[Answered]) -> list[tuple[Answered, Finished]]:
        """Write answers together; one that breaks the program must not keep the others from being written."""
        try:
            return list(zip(answered, await self._records.finish(answered), strict=True))
        except DayoriError:
            raise
        except Exception as error:
            if len(answered) > 1:
                return [each for one in answered for each in await self._finish([one])]
            url = without_credentials(answered[0].before.url)
            _log.error("a feed could not be polled", feed=url, exc_info=error)
            return []

    def _log_failures(self, finished: Sequence[tuple[Answered, Finished]]) -> None:
        for answered, _ in finished:
            if failure := answered.answer.failure:
                url = without_credentials(answered.before.url)
                _log.info("a feed could not be polled", feed=url, reason=failure.text("en"))

    async def _merge(self, answered: Answered, other: int) -> None:
        async with self._database.write() as connection:
            await merge(connection, answered.before.id, other, self._clock())
        places = {
            "feed": without_credentials(answered.before.url),
            "now": without_credentials(answered.answer.moved or ""),
        }
        _log.warning("a feed moved for good to the address of another one", **places)

    @uncancellable
    async def _give_up(self) -> None:
        """End what still runs, as after an error, and all leases."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._requests.release(list(self._requests.leases))


def _leased(sent: Sent) -> list[int]:
    """Return the leases that end with a request; those of other addresses of its host go on."""
    return [*([sent.lane.first.id] if sent.lane.first else []), *sent.others]


def _size(answered: Answered | None) -> int:
    return len(answered.checked.entries) if answered else 0


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
