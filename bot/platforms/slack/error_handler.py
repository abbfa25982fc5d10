"""The one place that turns an error into an answer in Slack."""

from __future__ import annotations

import structlog

from bot.domain.errors import DayoriError, DuplicateError
from bot.i18n import t
from bot.platforms.slack import response
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.response import LOST, Answer

_log = structlog.get_logger()


async def respond(interaction: Interaction, error: Exception) -> None:
    """Report an error only to the person who asked; an unexpected one also goes into the log."""
    if isinstance(error, DuplicateError):
        return  # the other process answers
    actor = interaction.actor
    if isinstance(error, DayoriError):
        text = actor.say(error.message)
    else:
        number = interaction.trigger.rpartition(".")[2][:12]
        _log.error("interaction failed", interaction=number, exc_info=error)
        text = t(actor.locale, "Something went wrong on our side; it has been logged (no. {id}).", id=number)
    try:
        await response.send(interaction, Answer(text))
    except (DayoriError, *LOST) as lost:
        _log.warning("the asker could not be told", reason=str(lost))
