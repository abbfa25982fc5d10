"""The one place where an error becomes an answer in Discord."""

from __future__ import annotations

import discord
import structlog
from discord import app_commands

from bot.domain.errors import DayoriError
from bot.i18n import t
from bot.platforms.discord.context import Interaction, locale_of
from bot.platforms.discord.markdown import escape

_log = structlog.get_logger()


async def tell(interaction: Interaction, error: Exception) -> None:
    """Tell the asker alone what went wrong; what cannot be said goes into the log."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original if isinstance(error.original, Exception) else error
    locale = locale_of(interaction)
    if isinstance(error, DayoriError):
        text = escape(error.text(locale))
    else:
        _log.error("interaction failed", interaction=interaction.id, exc_info=error)
        text = t(locale, "Something went wrong on our side; it has been logged (no. {id}).", id=interaction.id)
    try:
        await _answer(interaction, text)
    except discord.HTTPException as gone:
        _log.warning("the asker could not be told", interaction=interaction.id, reason=str(gone))


async def _answer(interaction: Interaction, text: str) -> None:
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)
