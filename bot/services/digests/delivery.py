"""Sends the outbox to the channels: each message once and in order, whatever fails in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

import structlog

from bot.domain.errors import ChannelClosedError, DayoriError, PublishError, RetryLaterError, StoreError
from bot.i18n import Message, msg
from bot.services.cancellation import uncancellable
from bot.services.digests.edition_sender import PAUSES, EditionSender
from bot.services.digests.lease_owner import has_ended, new_owner
from bot.services.digests.postponement import Postponement
from bot.services.metrics import Metrics
from bot.services.ports import Clock, Publisher
from bot.store import leases
from bot.store.database import Database
from bot.store.leases import OpenEdition

_LEASE = timedelta(seconds=90)
_RENEWAL = 20.0  # seconds between renewals of the leases
# editions in delivery at once; with fewer free places than 16, no query for more is worth its cost
_AT_ONCE, _AT_LEAST = 64, 16
_LOOK_AGAIN = 2.0  # seconds until the outbox is queried again
_LOOK_APART = 0.2  # seconds at least between two queries, after one that found less than there was room for
_log = structlog.get_logger()


@dataclass(slots=True)
class DeliveryReport:
    """What a delivery run did, and which subscriptions are still paused or postponed."""

    delivered: list[str] = field(default_factory=list)
    paused: list[tuple[str, Message]] = field(default_factory=list)
    failed: list[tuple[str, Message]] = field(default_factory=list)


class Delivery:
    """Sends open editions, many channels at once; leases keep several deliveries on one store apart."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        publishers: Mapping[str, Publisher],
        pauses: Sequence[float] = PAUSES,
        metrics: Metrics | None = None,
        is_gone: Callable[[str], bool] = has_ended,
    ) -> None:
        self._database, self._clock, self._publishers = database, clock, publishers
        self._metrics = metrics or Metrics()
        self._name, self._is_gone = new_owner(), is_gone
        self._stopping, self._more = asyncio.Event(), asyncio.Event()
        self._sender = EditionSender(database, clock, self._name, self._stopping, pauses)
        self._postponement = Postponement(database, clock, self._name, publishers)
        self._edition_ids: set[int] = set()
        self._unstarted: set[int] = set()  # leased, and not yet in delivery
        self._renewed, self._look_at = monotonic(), 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[DeliveryReport] | None = None

    def start(self) -> asyncio.Task[DeliveryReport]:
        """Deliver in the background; a delivery that is already running looks for new editions at once."""
        self._look_at = 0.0
        self._more.set()
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self.deliver_open())
            self._running.add_done_callback(_log_failure)
        return self._running

    def give_up(self) -> None:
        """Leave everything to another process; what may have been sent is searched for by whoever goes on."""
        if self._running:
            self._running.cancel()

    def stop(self) -> None:
        """Start nothing more; messages already being sent are finished."""
        self._stopping.set()

    async def drain(self) -> None:
        """Stop, and wait for the messages being sent; when cancelled, leave them to the next start."""
        self.stop()
        under_way = {*self._tasks, *((self._running,) if self._running else ())}
        try:
            if under_way:
                await asyncio.wait(under_way)
        except asyncio.CancelledError:
            for task in under_way:
                task.cancel()
            await asyncio.wait(under_way)
            raise

    async def deliver_open(self, subscription_id: int | None = None) -> DeliveryReport:
        """Deliver every open edition that can be delivered now, or only one subscription's."""
        report, resting = DeliveryReport(), set[str]()
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                self._more.clear()
                for edition in await self._acquire(len(running), subscription_id, resting):
                    running.add(task := asyncio.create_task(self._deliver(edition, report, resting)))
                    self._unstarted.discard(edition.id)
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                await self._renew()
                if not running and not self._more.is_set():
                    await self._add_postponed(report, subscription_id)
                    return report
                running = await self._wait(running)
        except asyncio.CancelledError:
            for task in running:
                task.cancel()
            await self._release_unstarted()
            raise
        finally:
            if running:
                await asyncio.wait(running)

    async def _wait(self, running: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
        """Wait until an edition has ended, or it is time to look for more; return those that are still under way."""
        more = asyncio.ensure_future(self._more.wait())
        try:
            await asyncio.wait({*running, more}, timeout=_LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
        finally:
            more.cancel()
        ended = {task for task in running if task.done()}
        for task in ended:
            task.result()
        return running - ended

    @uncancellable
    async def _acquire(self, busy: int, subscription_id: int | None, resting: set[str]) -> list[OpenEdition]:
        platforms = [name for name in self._publishers if name not in resting]
        room = _AT_ONCE - busy
        is_early = busy and (room < _AT_LEAST or monotonic() < self._look_at)
        if self._stopping.is_set() or not platforms or is_early:
            return []
        self._look_at = monotonic() + _LOOK_APART
        async with self._database.write(own_rows=True) as connection:
            now = self._clock()
            leased = await leases.acquire(
                connection,
                self._name,
                now,
                now + _LEASE,
                platforms=platforms,
                is_dead=self._is_gone,
                most=room,
                besides=self._edition_ids,
                subscription_id=subscription_id,
            )
        if len(leased) == room:
            self._look_at = 0.0
        self._edition_ids.update(each.id for each in leased)
        self._unstarted.update(each.id for each in leased)
        return leased

    @uncancellable
    async def _release_unstarted(self) -> None:
        """Release what was leased in the moment of a cancellation; nobody else would have it until its lease ends."""
        async with self._database.write() as connection:
            for edition_id in self._unstarted:
                await leases.release(connection, self._name, edition_id)
        self._edition_ids -= self._unstarted
        self._unstarted.clear()

    @uncancellable
    async def _renew(self) -> None:
        if self._edition_ids and monotonic() - self._renewed > _RENEWAL:
            self._renewed = monotonic()
            async with self._database.write(own_rows=True) as connection:
                await leases.renew(connection, self._name, list(self._edition_ids), self._clock() + _LEASE)

    async def _deliver(self, edition: OpenEdition, report: DeliveryReport, resting: set[str]) -> None:
        platform = edition.channel.partition(":")[0]
        try:
            arrived = await self._sender.send(edition, self._publishers[platform])
            if arrived:
                report.delivered.append(edition.subscription)
                self._count(edition, "delivered")
                _log.info("edition sent", subscription=edition.subscription, channel=edition.channel)
        except ChannelClosedError as error:
            report.paused.append((edition.subscription, error.message))
            self._count(edition, "paused")
            await self._postponement.pause(edition, error.message)
        except RetryLaterError as error:
            if error.is_global:
                resting.add(platform)
            await self._put_off(edition, error, report)
        except (PublishError, StoreError) as error:
            await self._put_off(edition, error, report)
        except Exception as error:
            _log.error("delivery failed", subscription=edition.subscription, exc_info=error)
            await self._put_off(edition, StoreError(_INTERNAL_ERROR), report)
        finally:
            self._edition_ids.discard(edition.id)

    async def _put_off(self, edition: OpenEdition, error: DayoriError, report: DeliveryReport) -> None:
        report.failed.append((edition.subscription, error.message))
        self._count(edition, "postponed")
        await self._postponement.put_off(edition, error)

    def _count(self, edition: OpenEdition, result: str) -> None:
        self._metrics.count("deliveries", edition.channel.partition(":")[0], result)

    async def _add_postponed(self, report: DeliveryReport, subscription_id: int | None) -> None:
        """Add to the report what was paused or postponed earlier and is not due yet."""
        async with self._database.read() as connection:
            postponed = await leases.postponed(connection, self._clock(), subscription_id)
        reported = {name for name, _ in (*report.paused, *report.failed)}
        for name, paused, trouble in postponed:
            if name not in reported and paused:
                report.paused.append((name, paused))
            elif name not in reported and trouble:
                report.failed.append((name, trouble))


_INTERNAL_ERROR = msg("Something went wrong on our side; the log says what.")


def _log_failure(task: asyncio.Task[DeliveryReport]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.warning(
            "delivery cut short", reason=str(error), exc_info=None if isinstance(error, DayoriError) else error
        )
