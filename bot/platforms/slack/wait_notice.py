"""Tells the person to wait when an answer takes long: Slack shows nobody that a command or a button is being served."""

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

_PATIENCE = 2.0  # seconds until the notice
_log = structlog.get_logger()


@asynccontextmanager
async def wait_notice(interaction: Interaction) -> AsyncIterator[None]:
    """Say once that it takes a moment if nothing is answered within two seconds; a modal says so anyway."""
    waiting = asyncio.create_task(_send_later(interaction))
    try:
        yield
    finally:
        waiting.cancel()


async def _send_later(interaction: Interaction) -> None:
    await asyncio.sleep(_PATIENCE)
    if interaction.progress.is_answered or interaction.view_id or not interaction.origin.response_url:
        return
    try:
        locale = interaction.client.people.remembered(interaction.actor.user).locale  # known meanwhile, perhaps
        await response.send_below(interaction, Answer(t(locale, "One moment …")))
    except DayoriError as error:
        _log.info("the asker could not be told to wait", reason=str(error))
