"""Bringing the outbox into the channels: each message once, whatever breaks in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.domain.errors import PublishError
from bot.i18n import Message
from bot.services.claimant import is_dead, own_name
from bot.services.ports import ChannelClosedError, Clock, Publisher
from bot.store import deliveries, subscriptions
from bot.store.database import Database
from bot.store.deliveries import OpenEdition, OutboxMessage

_LEASE = timedelta(minutes=2)
_RETRY = timedelta(seconds=50)
# Discord forgets a nonce after "the past few minutes"; well within that, sending again with the same one is safe.
_NONCE_HOLDS = timedelta(seconds=60)
_log = structlog.get_logger()


@dataclass(slots=True)
class DeliveryReport:
    """What a delivery run did, by subscription name."""

    delivered: list[str] = field(default_factory=list)
    paused: list[tuple[str, Message]] = field(default_factory=list)
    failed: list[tuple[str, Message]] = field(default_factory=list)


class Delivery:
    """Empties the outbox; two of them on one store do not get in each other's way."""

    def __init__(self, database: Database, clock: Clock, publishers: Mapping[str, Publisher]) -> None:
        self._database, self._clock, self._publishers = database, clock, publishers
        self._name = own_name()
        self._stopping = False

    def stop(self) -> None:
        """Begin nothing more; the message that is on its way is seen through."""
        self._stopping = True

    async def deliver_open(self) -> DeliveryReport:
        """Deliver every open edition that can be delivered now."""
        report = DeliveryReport()
        while not self._stopping:
            async with self._database.write() as connection:
                now = self._clock()
                edition = await deliveries.claim(connection, self._name, now, now + _LEASE,
                                                 platforms=list(self._publishers), is_dead=is_dead)  # fmt: skip
            if edition is None:
                break
            await self._deliver(edition, report)
        return report

    async def _deliver(self, edition: OpenEdition, report: DeliveryReport) -> None:
        try:
            arrived = await self._send_all(edition)
        except ChannelClosedError as error:
            _log.warning("subscription paused", subscription=edition.subscription, reason=str(error))
            async with self._database.write() as connection:
                await subscriptions.pause(connection, edition.subscription_id, error.message)
                await deliveries.release(connection, edition.id, until=None)
            report.paused.append((edition.subscription, error.message))
        except PublishError as error:
            _log.warning("delivery put off", subscription=edition.subscription, reason=str(error))
            async with self._database.write() as connection:
                await deliveries.release(connection, edition.id, until=self._clock() + _RETRY)
            report.failed.append((edition.subscription, error.message))
        else:
            if arrived:
                report.delivered.append(edition.subscription)

    async def _send_all(self, edition: OpenEdition) -> bool:
        """Send what is unsent; return whether the whole edition has arrived."""
        publisher = self._publishers[edition.channel.partition(":")[0]]
        async with self._database.read() as connection:
            unsent = await deliveries.unsent(connection, edition.id)
        for message in unsent:
            if self._stopping:
                async with self._database.write() as connection:
                    await deliveries.release(connection, edition.id, until=None)
                return False
            await self._send(publisher, edition, message)
        async with self._database.write() as connection:
            await deliveries.finish(connection, edition.id, self._clock())
        return True

    async def _send(self, publisher: Publisher, edition: OpenEdition, message: OutboxMessage) -> None:
        now = self._clock()
        since = message.sending_at if message.state == "sending" and message.sending_at else now
        message_id = None
        if now - since > _NONCE_HOLDS:
            message_id = await publisher.find(edition.channel, message.marker, since)
            since = now
        if message_id is None:
            async with self._database.write() as connection:
                await deliveries.mark_sending(connection, edition.id, message.position, since)
                await deliveries.extend(connection, edition.id, now + _LEASE)
            message_id = await publisher.publish(edition.channel, message.payload, message.nonce)
        async with self._database.write() as connection:
            await deliveries.mark_sent(connection, edition.id, message.position, message_id, self._clock())
