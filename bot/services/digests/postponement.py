"""Postpones an edition that did not arrive, or pauses its subscription, and tells the curators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.domain.errors import BlockedError, DayoriError, RetryLaterError
from bot.i18n import Message, t
from bot.services.cancellation import uncancellable
from bot.services.ports import Clock, Publisher
from bot.store import editions, leases, subscriptions
from bot.store.database import Database
from bot.store.leases import OpenEdition

_RETRY, _LONGEST_RETRY = timedelta(seconds=50), timedelta(minutes=30)  # doubled after each failure
_log = structlog.get_logger()


class Postponement:
    """Releases the editions whose leases one owner holds."""

    def __init__(self, database: Database, clock: Clock, name: str, publishers: Mapping[str, Publisher]) -> None:
        self._database, self._clock, self._name, self._publishers = database, clock, name, publishers

    async def put_off(self, edition: OpenEdition, error: DayoriError) -> None:
        """Postpone an edition for as long as the error says, or for a time that doubles with every failure."""
        _log.warning("delivery put off", subscription=edition.subscription, reason=str(error))
        try:
            is_new = await self._release(edition, error)
            if is_new and isinstance(error, BlockedError):
                await self._tell_blocked(edition, error.message)
        except DayoriError as failure:  # the lease then expires by itself
            _log.warning("the curators were not told", subscription=edition.subscription, reason=str(failure))

    async def pause(self, edition: OpenEdition, reason: Message) -> None:
        """Pause the edition's subscription, and tell its curators unless it was paused before."""
        _log.warning("subscription paused", subscription=edition.subscription, reason=reason.text("en"))
        try:
            others = await self._close(edition, reason)
            if not edition.is_trial:
                await self._tell_paused(edition, others, reason)
        except DayoriError as error:
            _log.warning("the curators were not told", subscription=edition.subscription, reason=str(error))

    @uncancellable
    async def _release(self, edition: OpenEdition, error: DayoriError) -> bool:
        """Release the edition until its next attempt; return whether this error was not reported before."""
        async with self._database.write() as connection:
            if isinstance(error, RetryLaterError):
                until = self._clock() + timedelta(seconds=error.seconds)
                await leases.release(connection, self._name, edition.id, until, error.message)
                return False
            counted = await leases.count_failure(connection, self._name, edition.id)
            if counted is None:
                return False
            failures, reported = counted
            until = self._clock() + min(_RETRY * 2 ** min(failures, 20), _LONGEST_RETRY)
            await leases.release(connection, self._name, edition.id, until, error.message)
            return reported != error.message.sentence

    async def _tell_blocked(self, edition: OpenEdition, reason: Message) -> None:
        text = t(
            edition.locale,
            '📮 The digest "{name}" waits: {reason} The bot will try again.',
            name=edition.subscription,
            reason=reason.text(edition.locale),
        )
        # No channel is closed: the edition's own channel can take the notice.
        no_channel = f"{edition.channel.rpartition('/')[0]}/0"
        await self._tell(edition, no_channel, (edition.channel,), text, f"wait {edition.id}")
        async with self._database.write() as connection:
            await leases.note_reported(connection, edition.id, reason)

    async def _tell_paused(self, edition: OpenEdition, others: Sequence[str], reason: Message) -> None:
        command = self._publisher(edition).command_name("digest subscribe", edition.locale)
        name, why = edition.subscription, reason.text(edition.locale)
        text = t(
            edition.locale,
            '📮 The digest "{name}" is paused: {reason} The bot tries again once a day and goes on once the '
            "problem is solved.",
            name=name,
            reason=why,
        )
        if command:
            text = t(
                edition.locale,
                '📮 The digest "{name}" is paused: {reason} The bot tries again once a day and goes on once the '
                "problem is solved; {command} resumes it at once, with what is missing.",
                name=name,
                reason=why,
                command=command,
            )
        await self._tell(edition, edition.channel, others, text, f"pause {edition.id}")

    async def _tell(self, edition: OpenEdition, closed: str, places: Sequence[str], text: str, nonce: str) -> None:
        async def fence() -> None:
            """Let the notice leave only while its edition has not arrived."""
            async with self._database.read() as connection:
                if await editions.is_delivered(connection, edition.id):
                    raise _ObsoleteNoticeError

        with suppress(_ObsoleteNoticeError):
            await self._publisher(edition).notify_curators(closed, places, text, nonce, fence)

    def _publisher(self, edition: OpenEdition) -> Publisher:
        return self._publishers[edition.channel.partition(":")[0]]

    @uncancellable
    async def _close(self, edition: OpenEdition, reason: Message) -> list[str]:
        """Pause the edition's subscription; return the channels of its server that still receive the digest."""
        async with self._database.write() as connection:
            if await leases.holds(connection, self._name, [edition.id], keeps=True):
                await subscriptions.pause(connection, edition.subscription_id, reason, self._clock())
                await leases.release(connection, self._name, edition.id)
            return await subscriptions.channels_of(connection, edition.channel.rpartition("/")[0])


class _ObsoleteNoticeError(Exception):
    """The edition that a notice is about has arrived meanwhile."""
