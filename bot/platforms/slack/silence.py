"""Breaks a long silence: Slack itself shows nobody that a command or a button in a message is being worked on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.domain.errors import DayoriError
from bot.i18n import t
from bot.platforms.slack import response
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.response import Answer

_LONGEST = 2.0  # seconds
_log = structlog.get_logger()


@asynccontextmanager
async def broken_silence(interaction: Interaction) -> AsyncIterator[None]:
    """While this lasts, say once that it takes a moment if nothing is answered for two seconds; a modal says so."""
    waiting = asyncio.create_task(_break(interaction))
    try:
        yield
    finally:
        waiting.cancel()


async def _break(interaction: Interaction) -> None:
    await asyncio.sleep(_LONGEST)
    if interaction.progress.is_answered or interaction.view_id or not interaction.origin.response_url:
        return
    try:
        await response.send_below(interaction, Answer(t(interaction.actor.locale, "One moment …")))
    except DayoriError as error:
        _log.info("the asker could not be told to wait", reason=str(error))
