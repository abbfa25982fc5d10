"""The one place that turns an error into an answer in Discord."""

from __future__ import annotations

import structlog
from discord import app_commands

from bot.domain.errors import DayoriError, DuplicateError, InputError
from bot.i18n import t
from bot.platforms.discord import response
from bot.platforms.discord.context import Interaction, locale_of
from bot.platforms.discord.options import MALFORMED

_MISFITS = (app_commands.CommandSignatureMismatch, app_commands.TransformerError)
_log = structlog.get_logger()


async def respond(interaction: Interaction, error: Exception) -> None:
    """Report an error only to the person who asked; an unexpected one also goes into the log."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original if isinstance(error.original, Exception) else error
    if isinstance(error, DuplicateError):
        return  # the other process answers
    if isinstance(error, _MISFITS):
        error = InputError(MALFORMED)
    locale = locale_of(interaction)
    if isinstance(error, DayoriError):
        text = interaction.client.names.say(error.message, locale)
    else:
        _log.error("interaction failed", interaction=interaction.id, exc_info=error)
        text = t(locale, "Something went wrong on our side; it has been logged (no. {id}).", id=interaction.id)
    try:
        await response.send(interaction, text)
    except response.UNANSWERED as gone:
        _log.warning("the asker could not be told", interaction=interaction.id, reason=str(gone))
