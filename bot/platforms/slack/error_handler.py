"""The one place that turns an error into an answer in Slack; a submitted modal comes back with what was typed."""

from __future__ import annotations

import structlog

from bot.domain.errors import (
    DayoriError,
    DuplicateError,
    NotCuratorError,
    PublishError,
    UnknownOutcomeError,
    UnreachableError,
)
from bot.i18n import msg, t
from bot.platforms.slack import response
from bot.platforms.slack.api_errors import ModalClosedError
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.forms import submitted_again
from bot.platforms.slack.response import LOST, Answer

_PASSING = (PublishError, UnreachableError, UnknownOutcomeError)  # of Slack's own troubles, which say no remedy
_log = structlog.get_logger()


async def respond(interaction: Interaction, error: Exception) -> None:
    """Report an error only to the person who asked; an unexpected one also goes into the log."""
    if isinstance(error, DuplicateError | ModalClosedError):
        return  # the other process answers; or nobody waits any more for what would have opened
    actor = interaction.actor
    if isinstance(error, NotCuratorError) and not actor.is_known:
        error = UnreachableError(msg("Slack did not tell in time whether you are an administrator."))
    if isinstance(error, DayoriError):
        again = msg("{problem} Try again in a moment.", problem=error.message)
        text = actor.say(again if type(error) in _PASSING else error.message)
    else:
        number = interaction.trigger.rpartition(".")[2][:12]
        _log.error("interaction failed", interaction=number, exc_info=error)
        text = t(actor.locale, "Something went wrong on our side; it has been logged (no. {id}).", id=number)
    try:
        await tell(interaction, text)
    except (DayoriError, *LOST) as lost:
        _log.warning("the asker could not be told", reason=str(lost))


async def tell(interaction: Interaction, text: str) -> None:
    """Tell the person who asked why something was not done: an escaped text."""
    view = (interaction.body or {}).get("view") or {}
    if interaction.view_id and "submit" in view:
        await response.update_or_send(interaction, submitted_again(view, text), Answer(text))
    else:
        await response.send(interaction, Answer(text))
