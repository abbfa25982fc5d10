"""Updates posted digests: when a paper is edited, removed or restored, the messages that show it are edited too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from math import inf
from time import monotonic
from typing import Literal

import structlog

from bot.domain.digest import Payload
from bot.domain.errors import PublishError, RetryLaterError, UnknownOutcomeError
from bot.i18n import msg
from bot.services.digests.edition_sender import PAUSES
from bot.services.ports import Publisher, Renderer
from bot.store import sent_messages, state
from bot.store.database import Database
from bot.store.imports import last_step
from bot.store.sent_messages import PublishedPaper, SentMessage, Version

_LONGEST_WAIT = 60.0  # seconds
_LONGEST_TROUBLE = 6 * 3600.0  # seconds for which edits are made again, in case one message keeps failing
_Outcome = Literal["changed", "unchanged", "postponed", "crossed"]
_log = structlog.get_logger()


def updated_until(platform: str) -> str:
    """Return the state key for the step of the history up to which a platform's messages show every edit."""
    # Discord's key is older than the other platforms.
    return "corrected until" if platform == "discord" else f"corrected until on {platform}"


class MessageUpdates:
    """Edits posted messages after their papers; of one that was removed, they tell just that.

    An edit that the platform refuses is logged and dropped; one that it does not answer is made again by the next
    update, and after a restart too. As long as the outcome of an edit is unknown, its message is edited even if it
    should be again as it was before.
    """

    def __init__(
        self,
        database: Database,
        renderers: Mapping[str, Renderer],
        publishers: Mapping[str, Publisher],
        is_ours: Callable[[], bool] = lambda: True,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._database, self._pauses, self._is_ours = database, pauses, is_ours
        self._renderers, self._publishers = renderers, publishers
        self._running = asyncio.Lock()
        self._troubled_since: dict[str, float] = {}  # when a platform left the first of the postponed edits unanswered

    async def update(self) -> int:
        """Redraw the papers changed since the last call in every message that shows them; return how many changed.

        Where another process does that (`is_ours`), it sees the edits within seconds.
        """
        if not self._is_ours():
            return 0
        async with self._running:
            return await self._update()

    async def _update(self) -> int:
        return sum([await self._update_on(platform) for platform in self._publishers])

    async def _update_on(self, platform: str) -> int:
        """Redraw one platform's messages, from its own last update on: it may have been disconnected for longer."""
        key = updated_until(platform)
        async with self._database.read() as connection:
            until, newest = await state.read_state(connection, key), await last_step(connection)
            first = until or await sent_messages.first_sent(connection, platform)
            since = await sent_messages.step_of(connection, first) if first else newest
            changed = await sent_messages.changed_since(connection, since)
        outcomes = [outcome for paper in changed for outcome in await self._redraw(platform, paper)]
        if "postponed" not in outcomes:
            self._troubled_since.pop(platform, None)
        troubled_since = self._troubled_since.get(platform, -inf)
        if until != str(newest) and monotonic() - troubled_since > _LONGEST_TROUBLE:
            async with self._database.write() as connection:
                if await state.read_state(connection, key) == until:  # else a server that missed edits was allowed
                    await state.write_state(connection, key, str(newest))
        return outcomes.count("changed")

    async def _redraw(self, platform: str, paper: PublishedPaper) -> list[_Outcome]:
        """Redraw a paper in every message, again if another process did so at the same moment."""
        while "crossed" in (outcomes := await self._redraw_once(platform, paper)):
            pass
        return outcomes

    async def _redraw_once(self, platform: str, paper: PublishedPaper) -> list[_Outcome]:
        async with self._database.read() as connection:
            version = await sent_messages.version_of(connection, paper)
            messages = await sent_messages.messages_with(connection, platform, paper.workspace_id, paper.number)
        return [await self._edit(paper, message, version) for message in messages] if version else []

    async def _edit(self, paper: PublishedPaper, message: SentMessage, version: Version) -> _Outcome:
        platform = message.channel.partition(":")[0]
        payload = self._renderers[platform].redrawn(
            message.payload, version.paper, message.place, message.locale, is_removed=version.is_removed
        )
        payload = message.payload if payload is None else payload
        if payload == message.payload and not message.is_unsure:
            return "unchanged"

        async def fence() -> None:
            """Stop an edit that another process or a newer edit overtook while this one waited."""
            async with self._database.read() as connection:
                now = await sent_messages.version_of(connection, paper)
                if now != version or await sent_messages.payload_of(connection, message) != message.payload:
                    raise PublishError(msg("It was edited again meanwhile."))

        if not message.is_unsure:
            async with self._database.write() as connection:
                await sent_messages.mark_unsure(connection, message)
        pauses = () if platform in self._troubled_since else self._pauses
        edit = partial(self._publishers[platform].edit, message.channel, message.message_id, payload, fence)
        try:
            await _retry(edit, pauses)
        except PublishError as error:
            _log.warning("a posted digest could not be corrected", channel=message.channel, reason=str(error))
            if not isinstance(error, UnknownOutcomeError | RetryLaterError):
                return "unchanged"
            self._troubled_since.setdefault(platform, monotonic())
            return "postponed"
        return await self._record(paper, message, version, payload)

    async def _record(
        self, paper: PublishedPaper, message: SentMessage, version: Version, payload: Payload
    ) -> _Outcome:
        """Record an edit, unless another process may have made its own meanwhile: nobody knows which came last."""
        async with self._database.write() as connection:
            is_newest = await sent_messages.version_of(connection, paper) == version
            if not is_newest or await sent_messages.payload_of(connection, message) != message.payload:
                await sent_messages.mark_unsure(connection, message)
                return "crossed"
            await sent_messages.save_payload(connection, message, payload)
        return "changed"


async def _retry(edit: Callable[[], Awaitable[None]], pauses: Sequence[float]) -> None:
    """Make an edit, and repeat it when its outcome is unknown: editing twice does no harm."""
    for pause in (*pauses, None):
        try:
            await edit()
            return
        except (UnknownOutcomeError, RetryLaterError) as error:
            wait = error.seconds if isinstance(error, RetryLaterError) else pause or 0
            if pause is None or wait > _LONGEST_WAIT:
                raise
            await asyncio.sleep(wait)
