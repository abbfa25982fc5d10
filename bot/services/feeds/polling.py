"""Polls what is due: host by host, several hosts at a time, and never two requests to one host at once.

A host is leased in the store, so this holds for all processes. What is requested is written before the request leaves,
so the limits on requests hold across restarts too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.domain.errors import DayoriError
from bot.domain.feed import Feed
from bot.domain.feed_address import FeedAddress, FeedAnswer, Look
from bot.formats.url_credentials import without_credentials
from bot.services.cancellation import uncancellable
from bot.services.feeds.answer_check import AnswerCheck, Checked, NoCheck
from bot.services.feeds.moving import merge
from bot.services.feeds.offering import Offering
from bot.services.feeds.poll_records import Finished, Lane, PollRecords
from bot.services.feeds.poll_results import PollReport, PollResult
from bot.services.feeds.statuses import FeedStatus, statuses_of
from bot.services.lazy_sources import LazySources
from bot.services.metrics import Metrics
from bot.services.ports import Clock, MayRequest, Progress
from bot.store import feed_addresses, feed_entries, feeds
from bot.store.database import Database, batched

HOSTS = 8  # polled at a time
_TRIES, _PAUSE = 6, 0.5  # seconds, to follow a redirect to a host that somebody polls
_TIDIED = 20  # addresses of which old entries are forgotten in one transaction
_log = structlog.get_logger()


class FeedSource(Protocol):
    """Anything that can poll feeds."""

    async def poll_feed(
        self, url: str, etag: str | None, last_modified: str | None, may_request: MayRequest
    ) -> FeedAnswer:
        """Return what an address answers to one request, within a bounded time; a failure is an answer too."""

    async def close(self) -> None:
        """Close all connections."""


class Polling:
    """Polls the addresses of all workspaces' feeds."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        sources: LazySources[FeedSource],
        check: AnswerCheck | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._database, self._clock, self._zone, self._sources = database, clock, zone, sources
        self._check, self._metrics = check or NoCheck(), metrics or Metrics()
        self._records = PollRecords(database, clock, zone)
        self._offering = Offering(database, clock)

    async def poll_due(self, *, address_id: int | None = None, progress: Progress | None = None) -> PollReport:
        """Poll what is due, or one address if it is, and offer what is new."""
        report = PollReport()
        for feed in await self._offering.behind():
            report.offered[feed.id] += (await self._offering.catch_up(feed)).offered
        async with self._database.read() as connection:
            total = await feed_addresses.count_due(connection, self._clock())
        show = _counted(progress, total)
        workers = [self._work(report, address_id, show) for _ in range(min(HOSTS, total))]
        try:
            async with asyncio.TaskGroup() as group:
                for worker in workers:
                    group.create_task(worker)
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        await self._tidy(report)
        return report

    async def adopt(self, feed: Feed, look: Look) -> Feed:
        """Take a look at a new feed, whose address is leased, as its first poll; return the feed as it is afterwards.

        Where that fails, the address is polled as if nobody had looked.
        """
        self._metrics.count("feed_polls", _outcome(look.answer))
        try:
            async with self._database.read() as connection:
                address = await feed_addresses.get(connection, feed.address_id)
            assert address
            checked = await self._check.check(address, look.answer)
            finished = await self._records.finish(address, look.answer, checked, look.requested_at)
            await self._offering.catch_up(feed)  # also if there is no entry yet
            await self._offer(address, look.answer, finished, PollReport())
        except Exception as error:  # the feed is saved all the same
            _log.error("the look at a new feed could not be kept", feed=without_credentials(feed.url), exc_info=error)
        finally:
            await self._release([feed.address_id])
        async with self._database.read() as connection:
            return await feeds.by_id(connection, feed.id) or feed

    async def named(self, workspace_id: int, name: str) -> Feed | None:
        """Return a workspace's feed of that name."""
        async with self._database.read() as connection:
            return await feeds.by_name(connection, workspace_id, name)

    async def results(self, workspace_id: int, report: PollReport) -> list[PollResult]:
        """Return what a round did for each feed of a workspace."""
        async with self._database.read() as connection:
            statuses = await statuses_of(connection, workspace_id, self._clock(), self._zone)
        return [_result(each, report) for each in statuses]

    async def _work(self, report: PollReport, address_id: int | None, show: Callable[[], None]) -> None:
        """Poll one host after another until none is due."""
        while lane := await self._records.claim(address_id):
            try:
                await self._poll_lane(lane, report, show)
                while lane.waiting:
                    lane = await self._records.next(lane)
                    await self._poll_lane(lane, report, show)
            finally:
                await self._release(lane.waiting)

    async def _poll_lane(self, lane: Lane, report: PollReport, show: Callable[[], None]) -> None:
        if lane.first:
            await self._poll(lane.first, lane.waiting, report)
        show()

    async def _poll(self, address: FeedAddress, others: Sequence[int], report: PollReport) -> None:
        leased = [address.id]

        async def may_request(host: str) -> bool:
            """Lease a host to which a redirect leads, after some seconds if it is polled at the moment."""
            for _ in range(_TRIES):
                async with self._database.write() as connection:
                    ids = await feed_addresses.lease_host(connection, host, [*others, *leased], self._clock())
                if ids is not None:
                    leased.extend(ids)
                    return True
                await asyncio.sleep(_PAUSE)
            return False

        try:
            source = await self._sources.get()
            answer = await source.poll_feed(address.place, address.etag, address.last_modified, may_request)
            self._metrics.count("feed_polls", _outcome(answer))
            checked = Checked() if answer.failure else await self._check.check(address, answer)
            finished = await self._records.finish(address, answer, checked)
            del leased[0]  # its lease ended with that
        except DayoriError:
            raise
        except Exception as error:  # one address must not keep the others from being polled
            _log.error("a feed could not be polled", feed=without_credentials(address.url), exc_info=error)
            return
        finally:
            await self._release(leased)
        report.new[address.id] = finished.new
        if answer.failure:
            reason = answer.failure.text("en")
            _log.info("a feed could not be polled", feed=without_credentials(address.url), reason=reason)
            return
        await self._offer(address, answer, finished, report)

    async def _offer(self, address: FeedAddress, answer: FeedAnswer, finished: Finished, report: PollReport) -> None:
        for feed in finished.feeds:
            report.offered[feed.id] += (await self._offering.catch_up(feed)).offered
        if finished.moved_to:
            async with self._database.write() as connection:
                await merge(connection, address.id, finished.moved_to, self._clock())
            places = {"feed": without_credentials(address.url), "now": without_credentials(answer.moved or "")}
            _log.warning("a feed moved for good to the address of another one", **places)

    async def _tidy(self, report: PollReport) -> None:
        """Forget the content of old entries, and addresses that no feed has any more."""
        for ids in batched([address_id for address_id, new in report.new.items() if new], _TIDIED):
            async with self._database.write() as connection:
                for address_id in ids:
                    await feed_entries.forget_old(connection, address_id)
        async with self._database.write() as connection:
            await feed_addresses.remove_unused(connection, self._clock())

    @uncancellable
    async def _release(self, ids: Sequence[int]) -> None:
        if ids:
            async with self._database.write() as connection:
                await feed_addresses.release(connection, ids)


def _outcome(answer: FeedAnswer) -> str:
    if answer.failure:
        return "postponed" if answer.is_postponed else "failed" if answer.was_sent else "unsent"
    return "read" if answer.document else "unchanged"


def _result(status: FeedStatus, report: PollReport) -> PollResult:
    new = report.new.get(status.feed.address_id)
    return PollResult(new is not None, new or 0, report.offered[status.feed.id], status)


def _counted(progress: Progress | None, total: int) -> Callable[[], None]:
    done = 0

    def show() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(min(done, total), total)

    return show
