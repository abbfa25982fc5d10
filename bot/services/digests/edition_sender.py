"""Sends one edition to its channel, message by message, and searches for a message before it could be sent twice.

A message may be sent again with the same nonce only while the platform surely remembers that nonce
(`Publisher.nonce_memory`). When that is not certain (another process started it, time has passed, the clock has
jumped), the channel is searched for the message's marker, starting at the anchor: a point in the channel's history,
given by the platform, that lies before the first attempt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from time import monotonic

from bot.domain.errors import RetryLaterError, StoreError, UnfinishedSearchError, UnknownOutcomeError
from bot.i18n import msg
from bot.services.cancellation import uncancellable
from bot.services.digests.outbox import LeaseLostError, Outbox
from bot.services.digests.stopwatch import Stopwatch
from bot.services.ports import Clock, Publisher
from bot.store import editions, leases
from bot.store.database import Database
from bot.store.editions import Attempt, OutboxMessage
from bot.store.leases import OpenEdition

PAUSES = (1.0, 3.0, 8.0)  # seconds between the attempts at one message, before its edition is postponed
# seconds for which a checked lease is trusted; a process that takes over this early reuses our nonces anyway
_LEASE_SURE = 2.0
_LAST_ATTEMPT = 45.0  # seconds after the first attempt; no further attempt starts later


class EditionSender:
    """Sends the editions whose leases one owner holds."""

    def __init__(
        self, database: Database, clock: Clock, name: str, stopping: asyncio.Event, pauses: Sequence[float]
    ) -> None:
        self._database, self._clock, self._name = database, clock, name
        self._stopping, self._pauses = stopping, pauses
        self._outbox = Outbox(database, clock, name, stopping)
        self._unrecorded: dict[int, tuple[int, str]] = {}  # what arrived when the store failed, by edition

    async def send(self, edition: OpenEdition, publisher: Publisher) -> bool:
        """Send what is unsent; return whether the whole edition has arrived (False when stopping or the lease is lost).

        Raises what the publisher raises, and StoreError.
        """
        try:
            async with self._outbox.under_way():
                anchor = await publisher.anchor(edition.channel)
                while turn := await self._outbox.record_and_next(edition, self._unrecorded.get(edition.id), anchor):
                    arrived = (turn.message.position, await self._send_message(publisher, edition, *turn))
                    self._unrecorded[edition.id] = arrived
                    anchor = await self._next_anchor(publisher, edition, arrived)
            self._unrecorded.pop(edition.id, None)
        except LeaseLostError:
            self._unrecorded.pop(edition.id, None)
            return False
        except asyncio.CancelledError:
            with suppress(StoreError):
                await self._release(edition)
            raise
        return True

    async def _next_anchor(self, publisher: Publisher, edition: OpenEdition, arrived: tuple[int, str]) -> str:
        """Return the anchor of the next message; without one, what has arrived is recorded all the same."""
        try:
            return await publisher.anchor(edition.channel)
        except BaseException:
            with suppress(StoreError):
                await self._outbox.record(edition, arrived)
            raise

    async def _send_message(
        self, publisher: Publisher, edition: OpenEdition, message: OutboxMessage, lease_age: Stopwatch
    ) -> str:
        """Send a message and return its id; `lease_age` runs since the lease was last checked."""
        if message.state == "sending" and (message_id := await self._find(publisher, edition, message)):
            return message_id
        began = monotonic()
        unsure: Stopwatch | None = None  # runs since the first attempt that may have arrived
        for pause in (*self._pauses, None):
            if unsure and not unsure.within(publisher.nonce_memory):
                if message_id := await self._find(publisher, edition, message):
                    return message_id
                unsure = None
            attempt = Stopwatch(self._clock)
            fence = partial(self._fence, edition.id, lease_age, unsure, publisher.nonce_memory)
            try:
                return await publisher.publish(edition.channel, message.payload, message.nonce, fence)
            except (UnknownOutcomeError, RetryLaterError) as error:
                wait = error.seconds if isinstance(error, RetryLaterError) else pause or 0
                if isinstance(error, UnknownOutcomeError):
                    unsure = unsure or attempt
                if pause is None or self._stopping.is_set() or monotonic() - began + wait > _LAST_ATTEMPT:
                    raise
                await self._wait(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _fence(
        self, edition_id: int, lease_age: Stopwatch, unsure: Stopwatch | None, nonce_memory: float
    ) -> None:
        """Let a message leave only while the lease holds and, if it may have arrived, its nonce is remembered."""
        if not lease_age.within(_LEASE_SURE):
            async with self._database.read() as connection:
                if not await leases.holds(connection, self._name, [edition_id]):
                    raise LeaseLostError
        if unsure and not unsure.within(nonce_memory):
            raise UnknownOutcomeError(
                msg("The message was delayed for too long; the bot checks first whether it has arrived.")
            )

    async def _find(self, publisher: Publisher, edition: OpenEdition, message: OutboxMessage) -> str | None:
        try:
            return await publisher.find(edition.channel, message.marker, message.anchor)
        except UnfinishedSearchError as error:
            await self._move_anchor(edition, message, error.anchor)
            raise

    @uncancellable
    async def _move_anchor(self, edition: OpenEdition, message: OutboxMessage, anchor: str) -> None:
        async with self._database.write() as connection:
            if await leases.holds(connection, self._name, [edition.id], keeps=True):
                await editions.move_anchor(connection, Attempt(edition.id, message.position, anchor))

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    @uncancellable
    async def _release(self, edition: OpenEdition) -> None:
        async with self._database.write() as connection:
            await leases.release(connection, self._name, edition.id)
