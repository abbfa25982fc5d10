"""Polls what is due: host by host, several hosts at a time, and never two requests to one host at once.

A host is leased in the store, so this holds for all processes. What is requested is written before the request leaves,
so the limits on requests hold across restarts too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import structlog

from bot.domain.feed import Feed
from bot.domain.feed_address import Look
from bot.formats.url_credentials import without_credentials
from bot.services.cancellation import uncancellable
from bot.services.feeds.offering import Offering
from bot.services.feeds.poll_records import Poll, PollRecords
from bot.services.feeds.poll_requests import FeedPoller, PollRequests
from bot.services.feeds.poll_results import PollReport, PollResult
from bot.services.feeds.poll_round import PollRound
from bot.services.feeds.seen_items import SeenItems
from bot.services.feeds.statuses import FeedStatus, statuses_of
from bot.services.feeds.verification import NullVerifier, Verifier
from bot.services.lazy_sources import LazySources
from bot.services.metrics import Metrics
from bot.services.ports import Clock, Progress
from bot.store import feed_addresses, feed_entries, feeds
from bot.store.database import Database, batched

_FORGOTTEN = 20  # addresses of which old entries are forgotten in one transaction
_log = structlog.get_logger()


class Polling:
    """Polls the addresses of all workspaces' feeds."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        sources: LazySources[FeedPoller],
        verifier: Verifier | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._database, self._clock, self._zone, self._sources = database, clock, zone, sources
        self._verifier, self._metrics = verifier or NullVerifier(), metrics or Metrics()
        self._seen = SeenItems()
        self._records = PollRecords(database, clock, zone, self._seen)
        self._offering = Offering(database, clock)

    async def poll_due(self, *, address_id: int | None = None, progress: Progress | None = None) -> PollReport:
        """Poll what is due, or one address if it is, and offer what is new."""
        async with self._database.read() as connection:
            total = await feed_addresses.count_due(connection, self._clock())
        polls = self._round(_counted(progress, total))
        for feed in await self._offering.behind():
            polls.report.offered[feed.id] += (await self._offering.catch_up(feed)).offered
        await polls.run(address_id)
        await self._forget_old(polls.report)
        return polls.report

    async def adopt(self, feed: Feed, look: Look) -> Feed:
        """Take a look at a new feed, whose address is leased, as its first poll; return the feed as it is afterwards.

        Where that fails, the address is polled as if nobody had looked.
        """
        self._metrics.count("feed_polls", look.answer.outcome)
        try:
            async with self._database.read() as connection:
                address = await feed_addresses.get(connection, feed.address_id)
            assert address
            verification = await self._verifier.verify(address, look.answer)
            poll = Poll(address, look.answer, verification, look.requested_at)
            (outcome,) = await self._records.finish([poll])
            await self._offering.catch_up(feed)  # also if there is no entry yet
            await self._round(_counted(None, 0)).offer([(poll, outcome)])
        except Exception as error:  # the feed is saved all the same
            _log.error("the look at a new feed could not be kept", feed=without_credentials(feed.url), exc_info=error)
        finally:
            await self._release([feed.address_id])
        async with self._database.read() as connection:
            return await feeds.by_id(connection, feed.id) or feed

    async def results(self, workspace_id: int, report: PollReport) -> list[PollResult]:
        """Return what a round did for each feed of a workspace."""
        async with self._database.read() as connection:
            statuses = await statuses_of(connection, workspace_id, self._clock(), self._zone)
        return [_result(each, report) for each in statuses]

    def _round(self, show: Callable[[], None]) -> PollRound:
        requests = PollRequests(self._database, self._clock, self._sources, self._verifier, self._seen, self._metrics)
        return PollRound(self._database, self._clock, self._records, requests, self._offering, show)

    async def _forget_old(self, report: PollReport) -> None:
        """Forget the content of old entries, and addresses that no feed has any more."""
        for ids in batched([address_id for address_id, new in report.new.items() if new], _FORGOTTEN):
            async with self._database.write() as connection:
                await feed_entries.forget_old(connection, ids)
        async with self._database.write() as connection:
            await feed_addresses.remove_unused(connection, self._clock())

    @uncancellable
    async def _release(self, ids: Sequence[int]) -> None:
        if ids:
            async with self._database.write() as connection:
                await feed_addresses.release(connection, ids)


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
