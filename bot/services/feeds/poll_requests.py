"""Sends the requests of a round, each to a host that is leased in the store, and has the answers verified."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import structlog

from bot.domain.errors import DayoriError
from bot.domain.feed_address import FeedAddress, FeedAnswer
from bot.formats.url_credentials import without_credentials
from bot.services.cancellation import uncancellable
from bot.services.feeds.poll_records import HostQueue, Poll
from bot.services.feeds.seen_items import SeenItems
from bot.services.feeds.verification import Verification, Verifier
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


class SentRequest(NamedTuple):
    """A request for the first address of a queue, its poll, and the addresses of hosts to which it led.

    There is no poll where nothing was requested, or after a fault of this program.
    """

    queue: HostQueue
    poll: Poll | None = None
    others: Sequence[int] = ()


class PollRequests:
    """Sends requests; `leases` are the ids of all addresses that are leased for them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sources: LazySources[FeedPoller],
        verifier: Verifier,
        seen: SeenItems,
        metrics: Metrics,
    ) -> None:
        self._database, self._clock, self._sources = database, clock, sources
        self._verifier, self._seen, self._metrics = verifier, seen, metrics
        self.leases = set[int]()

    async def send(self, queue: HostQueue) -> SentRequest:
        """Request the first address of a queue, if it may be requested."""
        if queue.first is None:
            return SentRequest(queue)
        address, others = queue.first, list[int]()

        async def may_request(host: str) -> bool:
            """Lease a host to which a redirect leads, after some seconds if it is polled at the moment."""
            besides = [address.id, *queue.waiting, *others]
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
            return SentRequest(queue, await self._answer(address, may_request), others)
        except DayoriError:
            raise
        except Exception as error:  # one address must not keep the others from being polled
            _log.error("a feed could not be polled", feed=without_credentials(address.url), exc_info=error)
            return SentRequest(queue, None, others)

    @uncancellable
    async def release(self, ids: Iterable[int]) -> None:
        """End leases."""
        ids = self.leases.intersection(ids)
        if ids:
            async with self._database.write() as connection:
                await feed_addresses.release(connection, ids)
            self.leases -= ids

    async def _answer(self, address: FeedAddress, may_request: MayRequest) -> Poll:
        source = await self._sources.get()
        seen = "" if self._verifier.needs_all(address) else self._seen.of(address)
        answer = await source.poll_feed(address.place, address.etag, address.last_modified, may_request, seen)
        self._metrics.count("feed_polls", answer.outcome)
        return Poll(address, answer, Verification() if answer.failure else await self._verifier.verify(address, answer))
