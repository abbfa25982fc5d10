"""Sends the requests of a round, each to a host that is leased in the store, and takes a second look at answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import structlog

from bot.domain.errors import DayoriError
from bot.domain.feed_address import FeedAddress, FeedAnswer
from bot.formats.url_credentials import without_credentials
from bot.services.cancellation import uncancellable
from bot.services.feeds.answer_check import AnswerCheck, Checked
from bot.services.feeds.poll_records import Answered, Lane
from bot.services.feeds.seen_items import SeenItems
from bot.services.lazy_sources import LazySources
from bot.services.metrics import Metrics
from bot.services.ports import Clock, MayRequest
from bot.store import feed_addresses
from bot.store.database import Database

_TRIES, _PAUSE = 6, 0.5  # seconds, to follow a redirect to a host that somebody polls
_log = structlog.get_logger()


class FeedPoller(Protocol):
    """Anything that can poll feeds."""

    async def poll_feed(
        self, url: str, etag: str | None, last_modified: str | None, may_request: MayRequest, seen: str
    ) -> FeedAnswer:
        """Return what an address answers to one request, within a bounded time; a failure is an answer too.

        Entries that were `seen` in an earlier document may be left out.
        """

    async def close(self) -> None:
        """Close all connections."""


class Sent(NamedTuple):
    """A request for the first address of a lane, what was answered, and the addresses of hosts to which it led.

    Nothing was answered where nothing was requested, or after a fault of this program.
    """

    lane: Lane
    answered: Answered | None = None
    others: Sequence[int] = ()


class PollRequests:
    """Sends requests; `leases` are the ids of all addresses that are leased for them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sources: LazySources[FeedPoller],
        check: AnswerCheck,
        seen: SeenItems,
        metrics: Metrics,
    ) -> None:
        self._database, self._clock, self._sources = database, clock, sources
        self._check, self._seen, self._metrics = check, seen, metrics
        self.leases = set[int]()

    async def send(self, lane: Lane) -> Sent:
        """Request the first address of a lane, if it may be requested."""
        if lane.first is None:
            return Sent(lane)
        address, others = lane.first, list[int]()

        async def may_request(host: str) -> bool:
            """Lease a host to which a redirect leads, after some seconds if it is polled at the moment."""
            besides = [address.id, *lane.waiting, *others]
            for _ in range(_TRIES):
                async with self._database.write() as connection:
                    ids = await feed_addresses.lease_host(connection, host, besides, self._clock())
                if ids is not None:
                    others.extend(ids)
                    self.leases.update(ids)
                    return True
                await asyncio.sleep(_PAUSE)
            return False

        try:
            return Sent(lane, await self._answer(address, may_request), others)
        except DayoriError:
            raise
        except Exception as error:  # one address must not keep the others from being polled
            _log.error("a feed could not be polled", feed=without_credentials(address.url), exc_info=error)
            return Sent(lane, None, others)

    @uncancellable
    async def release(self, ids: Iterable[int]) -> None:
        """End leases."""
        ids = self.leases.intersection(ids)
        if ids:
            async with self._database.write() as connection:
                await feed_addresses.release(connection, ids)
            self.leases -= ids

    async def _answer(self, address: FeedAddress, may_request: MayRequest) -> Answered:
        source = await self._sources.get()
        seen = "" if self._check.needs_all(address) else self._seen.of(address)
        answer = await source.poll_feed(address.place, address.etag, address.last_modified, may_request, seen)
        self._metrics.count("feed_polls", answer.outcome)
        return Answered(address, answer, Checked() if answer.failure else await self._check.check(address, answer))
