"""Maps Slack's error responses to what a delivery does next: pause, retry later, or check whether it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import BlockedError, ChannelClosedError, PublishError, RetryLaterError, UnknownOutcomeError
from bot.i18n import Message, msg

_SHUT_OUT = 600.0  # seconds of rest when Slack refuses all requests
_SHORT_REST, _LONGEST_REST = 60.0, 3600.0  # seconds of rest if none is given, and at most
_INVITE = msg("The bot is not in the channel; write /invite and its name there.")
_RESTRICTED = msg("The workspace's settings do not let the bot post there; ask who manages it.")
_CLOSED: dict[str, Message] = {
    "channel_not_found": msg("The bot cannot see the channel; write /invite and its name there, if it still exists."),
    "not_in_channel": _INVITE,
    "is_archived": msg("The channel is archived; unarchive it or choose another one."),
    "messages_tab_disabled": msg(
        "The Slack app's Messages tab is off; switch it on under App Home on the app's pages."
    ),
    "restricted_action": _RESTRICTED,
    "restricted_action_read_only_channel": _RESTRICTED,
    "restricted_action_non_threadable_channel": _RESTRICTED,
    "restricted_action_thread_only_channel": _RESTRICTED,
}
_TOKEN = {
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
    "org_login_required",
}
_UNKNOWN = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "duplicate_message_not_found",
    "duplicate_channel_not_found",
}
_CONTENT = {
    "invalid_arguments",
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "metadata_too_large",
}


class ContentRefusedError(PublishError):
    """Slack refuses a message because of its content."""


class TokenRefusedError(RetryLaterError):
    """Slack does not accept the token in `variable`."""

    def __init__(self, variable: str) -> None:
        refused = msg("Slack does not accept {variable}; copy it again from the app's pages.", variable=variable)
        super().__init__(refused, _SHUT_OUT, is_global=True)


class GoneError(PublishError):
    """The message to be changed no longer exists."""


class ModalClosedError(PublishError):
    """The modal to be changed was closed."""


class TriggerExpiredError(PublishError):
    """Slack opens no modal any more for this interaction; it does so for three seconds."""


def error_of(answer: Mapping[str, Any], variable: str) -> PublishError:
    """Return the error of an answer that is not `ok`, for a request with the token in that variable."""
    name = str(answer.get("error"))
    if name in _TOKEN:
        return TokenRefusedError(variable)
    if name in _CLOSED:
        return ChannelClosedError(_CLOSED[name])
    if name in ("ratelimited", "rate_limited"):
        return rate_limit_error(None)
    if name in _UNKNOWN:
        return UnknownOutcomeError(_slack_answer(name))
    if name == "message_not_found":
        return GoneError(_slack_answer(name))
    if name == "not_found":
        return ModalClosedError(_slack_answer(name))
    if name == "expired_trigger_id":
        return TriggerExpiredError(msg("Slack waits three seconds for a form, and this took longer; do it once more."))
    if name == "missing_scope":
        scope = str(answer.get("needed"))
        return BlockedError(
            msg("The Slack app lacks the scope {scope}; add it and install the app again.", scope=scope)
        )
    if name in _CONTENT:
        details = (answer.get("response_metadata") or {}).get("messages") or []
        return ContentRefusedError(_slack_answer(": ".join([name, *map(str, details)])))
    return PublishError(_slack_answer(name))


def status_error(status: int, retry_after: str | None) -> PublishError:
    """Return the error of a response that is not from one of Slack's methods."""
    if status == 429:
        return rate_limit_error(retry_after)
    if status >= 500 or status in (200, 408):
        return UnknownOutcomeError(_slack_answer(str(status)))
    return PublishError(_slack_answer(str(status)))


def rate_limit_error(retry_after: str | None) -> RetryLaterError:
    """Return the wait that a 429 asks for; it applies to one method, and usually to one channel."""
    try:
        seconds = float(retry_after or "")
    except ValueError:
        seconds = _SHORT_REST
    rest = seconds if 0 <= seconds <= _LONGEST_REST else _SHORT_REST
    return RetryLaterError(_slack_answer("429"), rest, is_global=False)


def person_error(error: PublishError) -> PublishError:
    """Return an error of a direct message as one about the person."""
    if isinstance(error, ChannelClosedError) and error.message == _CLOSED["channel_not_found"]:
        return ChannelClosedError(msg("They are not, or no longer, in the bot's Slack workspace."))
    return error


def search_error(error: PublishError) -> PublishError:
    """Return an error of a search for a message as one that needs somebody's help, if the bot may not read there."""
    if isinstance(error, ChannelClosedError) and error.message == _INVITE:
        return BlockedError(
            msg(
                "A message may already have arrived, but the bot cannot check; write /invite and its name in the "
                "channel."
            )
        )
    return error


def _slack_answer(answer: str) -> Message:
    return msg("Slack answered {answer}.", answer=answer[:300])
