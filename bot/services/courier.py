"""One edition's way into its channel, message by message, and when a message has to be looked for first.

A message may be sent again with its nonce as long as the platform certainly remembers the nonce. Whenever that is not
certain (another process began it, time has passed, the clock has jumped), the channel is searched for its marker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic

from bot.domain.errors import StoreError
from bot.i18n import Message, t
from bot.services.ports import Clock, Publisher, UnsureError
from bot.services.unbroken import unbroken
from bot.store import claims, deliveries
from bot.store.claims import OpenEdition
from bot.store.database import Database
from bot.store.deliveries import OutboxMessage

# Discord forgets a nonce after "the past few minutes"; well within that, sending again with the same one is safe.
_NONCE_HOLDS = timedelta(seconds=60)
_GIVE_UP = 45.0  # seconds after the first attempt no other is begun


class Courier:
    """Carries the editions that one claimant holds."""

    def __init__(
        self, database: Database, clock: Clock, name: str, stopping: asyncio.Event, pauses: Sequence[float]
    ) -> None:
        self._database, self._clock, self._name = database, clock, name
        self._stopping, self._pauses = stopping, pauses

    async def carry(self, edition: OpenEdition, publisher: Publisher) -> bool:
        """Send what is unsent and return whether the whole edition has arrived; it has not when we are to stop.

        Raises what the publisher raises, and StoreError.
        """
        arrived: tuple[int, str] | None = None
        try:
            while message := await self._next(edition, arrived):
                arrived = (message.position, await self._send(publisher, edition, message))
        except _GivenBackError:
            return False
        except asyncio.CancelledError:
            with suppress(StoreError):
                await self._release(edition)
            raise
        return True

    async def tell(self, edition: OpenEdition, publisher: Publisher, places: Sequence[str], reason: Message) -> None:
        """Tell the curators of the channel's server that it gets no more editions and why. Raises PublishError."""
        text = t(edition.locale, '📮 The digest "{name}" is paused: {reason} Once that is mended, /digest subscribe '
                 "starts it again with what is missing.", name=edition.subscription,
                 reason=reason.text(edition.locale))  # fmt: skip
        await publisher.tell(edition.channel, places, text, f"pause {edition.id}")

    @unbroken
    async def _next(self, edition: OpenEdition, arrived: tuple[int, str] | None) -> OutboxMessage | None:
        """Record an arrival and the beginning of the next message in one transaction; None when all have arrived.

        The message comes back as it was before. Raises _GivenBackError when another took the edition over, or when we
        are to stop.
        """
        async with self._database.write() as connection:
            now = self._clock()
            if arrived:
                await deliveries.mark_sent(connection, edition.id, *arrived, now)
            message = await deliveries.next_unsent(connection, edition.id)
            is_ours = await claims.holds(connection, self._name, edition.id)
            if is_ours and message is None:
                await deliveries.finish(connection, edition.id, now)
            elif is_ours and self._stopping.is_set():
                await claims.release(connection, self._name, edition.id)
                is_ours = False
            elif is_ours and message and message.state == "waiting":
                await deliveries.mark_sending(connection, edition.id, message.position, now)
        if not is_ours:
            raise _GivenBackError
        return message

    async def _send(self, publisher: Publisher, edition: OpenEdition, message: OutboxMessage) -> str:
        since = message.sending_at or self._clock()
        if message.state == "sending" and (found := await publisher.find(edition.channel, message.marker, since)):
            return found
        began, began_at = monotonic(), self._clock()
        for pause in (*self._pauses, None):
            try:
                return await publisher.publish(edition.channel, message.payload, message.nonce)
            except UnsureError:
                if pause is None or self._stopping.is_set() or monotonic() - began > _GIVE_UP:
                    raise
                await self._wait(pause)
            # Neither clock is enough: one stands still while a laptop sleeps, the other can be set.
            if not timedelta() <= self._clock() - began_at <= _NONCE_HOLDS:
                if found := await publisher.find(edition.channel, message.marker, since):
                    return found
                began_at = self._clock()
        raise AssertionError("the last attempt returns or raises")

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    @unbroken
    async def _release(self, edition: OpenEdition) -> None:
        async with self._database.write() as connection:
            await claims.release(connection, self._name, edition.id)


class _GivenBackError(Exception):
    """The edition is no longer ours."""
