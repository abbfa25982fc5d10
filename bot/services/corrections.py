"""Keeping posted digests true: where a paper was edited, its embed is redrawn in place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from bot.domain.errors import PublishError
from bot.domain.paper import Paper
from bot.services.ports import Clock, Publisher, Renderer
from bot.store import carried, notes, papers
from bot.store.carried import SentMessage
from bot.store.database import Database, iso

CORRECTED_UNTIL = "corrected until"
_log = structlog.get_logger()


class Corrections:
    """Edits what was posted, after the paper; what a platform does not take is logged and left."""

    def __init__(
        self, database: Database, clock: Clock, renderers: Mapping[str, Renderer], publishers: Mapping[str, Publisher]
    ) -> None:
        self._database, self._clock = database, clock
        self._renderers, self._publishers = renderers, publishers
        self._running = asyncio.Lock()

    async def correct(self) -> int:
        """Redraw the papers edited since the last call in every message that carries them; return how many messages."""
        async with self._running:
            return await self._correct()

    async def _correct(self) -> int:
        async with self._database.read() as connection:
            since = await notes.read_note(connection, CORRECTED_UNTIL) or iso(self._clock())
            edited = await carried.edited_since(connection, since)
        redrawn = 0
        for workspace_id, number, edited_at in edited:
            redrawn += await self._redraw(workspace_id, number)
            since = edited_at
        async with self._database.write() as connection:
            await notes.write_note(connection, CORRECTED_UNTIL, since)
        return redrawn

    async def _redraw(self, workspace_id: int, number: int) -> int:
        async with self._database.read() as connection:
            paper = (await papers.by_numbers(connection, workspace_id, [number])).get(number)
            sent = await carried.carrying(connection, workspace_id, number)
        return sum([await self._edit(message, paper) for message in sent]) if paper else 0

    async def _edit(self, message: SentMessage, paper: Paper) -> bool:
        platform = message.channel.partition(":")[0]
        payload = self._renderers[platform].redrawn(message.payload, paper, message.locale)
        if payload is None or payload == message.payload:
            return False
        try:
            await self._publishers[platform].edit(message.channel, message.message_id, payload)
        except PublishError as error:
            _log.warning("a posted digest could not be corrected", channel=message.channel, reason=str(error))
            return False
        async with self._database.write() as connection:
            await carried.note_redrawn(connection, message, payload)
        return True
