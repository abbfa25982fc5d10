"""Bringing the outbox into the channels: each message once and in order, whatever breaks in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog

from bot.domain.errors import DayoriError, PublishError, StoreError
from bot.i18n import Message, msg, t
from bot.services.claimant import is_dead, own_name
from bot.services.courier import PAUSES, Courier
from bot.services.ports import BlockedError, ChannelClosedError, Clock, LaterError, Publisher
from bot.services.unbroken import unbroken
from bot.store import claims, subscriptions
from bot.store.claims import OpenEdition
from bot.store.database import Database

_LEASE = timedelta(seconds=90)
_RENEWAL = 20.0  # seconds
_AT_ONCE, _AT_LEAST = 64, 8  # editions on their way; and so few are not worth a look into the outbox
_LOOK_AGAIN = 2.0  # seconds
_RETRY, _LONGEST_RETRY = timedelta(seconds=50), timedelta(minutes=30)  # twice as long after each failure
_log = structlog.get_logger()


@dataclass(slots=True)
class DeliveryReport:
    """What a delivery run did, and what is paused or put off still, by subscription name."""

    delivered: list[str] = field(default_factory=list)
    paused: list[tuple[str, Message]] = field(default_factory=list)
    failed: list[tuple[str, Message]] = field(default_factory=list)


class Delivery:
    """Empties the outbox, many channels at once; several of them on one store do not get in each other's way."""

    def __init__(
        self, database: Database, clock: Clock, publishers: Mapping[str, Publisher], pauses: Sequence[float] = PAUSES
    ) -> None:
        self._database, self._clock, self._publishers = database, clock, publishers
        self._name = own_name()
        self._stopping = asyncio.Event()
        self._courier = Courier(database, clock, self._name, self._stopping, pauses)
        self._in_hand: set[int] = set()
        self._renewed = monotonic()
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[DeliveryReport] | None = None

    def begin(self) -> asyncio.Task[DeliveryReport]:
        """Deliver in the background, unless that goes on already: then it finds what is new by itself."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self.deliver_open())
            self._running.add_done_callback(_logged)
        return self._running

    def stop(self) -> None:
        """Begin nothing more; the messages that are on their way are seen through."""
        self._stopping.set()

    async def drain(self) -> None:
        """Stop, and wait for the messages that are on their way; when cancelled, they are left to the next start."""
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
        """Deliver every open edition that can be delivered now, or one subscription's alone."""
        report, resting = DeliveryReport(), set[str]()
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                for edition in await self._claim(len(running), subscription_id, resting):
                    running.add(task := asyncio.create_task(self._deliver(edition, report, resting)))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                await self._renew()
                if not running:
                    await self._add_kept_back(report, subscription_id)
                    return report
                done, running = await asyncio.wait(running, timeout=_LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        except asyncio.CancelledError:
            for task in running:
                task.cancel()
            raise
        finally:
            if running:
                await asyncio.wait(running)

    @unbroken
    async def _claim(self, busy: int, subscription_id: int | None, resting: set[str]) -> list[OpenEdition]:
        platforms = [name for name in self._publishers if name not in resting]
        room = _AT_ONCE - busy
        if self._stopping.is_set() or not platforms or (busy and room < _AT_LEAST):
            return []
        async with self._database.write() as connection:
            now = self._clock()
            claimed = await claims.claim(
                connection, self._name, now, now + _LEASE, platforms=platforms, is_dead=is_dead, most=room,
                besides=self._in_hand, subscription_id=subscription_id,
            )  # fmt: skip
        self._in_hand.update(each.id for each in claimed)
        return claimed

    @unbroken
    async def _renew(self) -> None:
        if self._in_hand and monotonic() - self._renewed > _RENEWAL:
            self._renewed = monotonic()
            async with self._database.write() as connection:
                await claims.renew(connection, self._name, list(self._in_hand), self._clock() + _LEASE)

    async def _deliver(self, edition: OpenEdition, report: DeliveryReport, resting: set[str]) -> None:
        platform = edition.channel.partition(":")[0]
        try:
            arrived = await self._courier.carry(edition, self._publisher_of(edition))
            if arrived:
                report.delivered.append(edition.subscription)
                _log.info("edition sent", subscription=edition.subscription, channel=edition.channel)
        except ChannelClosedError as error:
            report.paused.append((edition.subscription, error.message))
            await self._pause(edition, error.message)
        except LaterError as error:
            if error.everywhere:
                resting.add(platform)
            await self._put_off(edition, error, report)
        except (PublishError, StoreError) as error:
            await self._put_off(edition, error, report)
        except Exception as error:
            _log.error("delivery failed", subscription=edition.subscription, exc_info=error)
            await self._put_off(edition, StoreError(_BROKEN), report)
        finally:
            self._in_hand.discard(edition.id)

    async def _put_off(self, edition: OpenEdition, error: DayoriError, report: DeliveryReport) -> None:
        _log.warning("delivery put off", subscription=edition.subscription, reason=str(error))
        report.failed.append((edition.subscription, error.message))
        try:
            is_news = await self._leave_alone(edition, error)
            if is_news and isinstance(error, BlockedError):
                await self._tell_blocked(edition, error.message)
        except DayoriError as failure:  # then the claim runs out by itself
            _log.warning("the curators were not told", subscription=edition.subscription, reason=str(failure))

    @unbroken
    async def _leave_alone(self, edition: OpenEdition, error: DayoriError) -> bool:
        """Give the edition back for a while; return whether this is a trouble that nobody was told of."""

        def until(failures: int) -> datetime:
            asked = timedelta(seconds=error.seconds) if isinstance(error, LaterError) else None
            return self._clock() + (asked or min(_RETRY * 2 ** min(failures, 20), _LONGEST_RETRY))

        async with self._database.write() as connection:
            return await claims.put_off(connection, self._name, edition.id, error.message, until)

    async def _tell_blocked(self, edition: OpenEdition, reason: Message) -> None:
        text = t(edition.locale, '📮 The digest "{name}" waits: {reason} It is tried again by itself.',
                 name=edition.subscription, reason=reason.text(edition.locale))  # fmt: skip
        await self._courier.tell(edition, self._publisher_of(edition), (edition.channel,), text, is_closed=False)
        async with self._database.write() as connection:
            await claims.note_told(connection, edition.id, reason)

    async def _pause(self, edition: OpenEdition, reason: Message) -> None:
        _log.warning("subscription paused", subscription=edition.subscription, reason=reason.text("en"))
        try:
            others = await self._close(edition, reason)
            if not edition.is_trial:
                await self._tell_paused(edition, others, reason)
        except DayoriError as error:
            _log.warning("the curators were not told", subscription=edition.subscription, reason=str(error))

    async def _tell_paused(self, edition: OpenEdition, others: Sequence[str], reason: Message) -> None:
        text = t(edition.locale, '📮 The digest "{name}" is paused: {reason} It is tried again once a day and goes on '
                 "by itself once that is mended; /digest subscribe starts it again at once, with what is missing.",
                 name=edition.subscription, reason=reason.text(edition.locale))  # fmt: skip
        await self._courier.tell(edition, self._publisher_of(edition), others, text)

    @unbroken
    async def _close(self, edition: OpenEdition, reason: Message) -> list[str]:
        """Pause the edition's subscription; return the channels of its server that receive the digest still."""
        async with self._database.write() as connection:
            if await claims.holds(connection, self._name, edition.id):
                await subscriptions.pause(connection, edition.subscription_id, reason, self._clock())
                await claims.release(connection, self._name, edition.id)
            return await subscriptions.channels_of(connection, edition.channel.rpartition("/")[0])

    def _publisher_of(self, edition: OpenEdition) -> Publisher:
        return self._publishers[edition.channel.partition(":")[0]]

    async def _add_kept_back(self, report: DeliveryReport, subscription_id: int | None) -> None:
        """Tell also of what was paused or put off before, and is not due."""
        async with self._database.read() as connection:
            kept_back = await claims.kept_back(connection, self._clock(), subscription_id)
        told = {name for name, _ in (*report.paused, *report.failed)}
        for name, paused, trouble in kept_back:
            if name not in told and paused:
                report.paused.append((name, paused))
            elif name not in told and trouble:
                report.failed.append((name, trouble))


_BROKEN = msg("Something went wrong on our side; the log says what.")


def _logged(task: asyncio.Task[DeliveryReport]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.warning(
            "delivery cut short", reason=str(error), exc_info=None if isinstance(error, DayoriError) else error
        )
