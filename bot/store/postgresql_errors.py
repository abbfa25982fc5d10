"""What PostgreSQL and the way to it refuse, in words."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.domain.os_errors import os_reason
from bot.i18n import Message, msg

# what the driver says of a connection whose last word from the server was that it ends
_CLOSED = ("connection is closed", "another operation (2) is in progress")
OLDEST = 14  # the major version of PostgreSQL that this program still supports
LOST = msg("the connection to the server was lost")
_STARTING = "57P03"
ENDED = ("57P01", "57P02")  # the server ends this connection
NO_RIGHTS = msg("the user may not do this in the database; grant it, or make the user the database's owner")
READ_ONLY = msg("the server only lets it be read, as a standby does")
_REASONS = {
    "28P01": msg("the server does not accept this user name and password"),
    "28000": msg("the server knows no such user, or its pg_hba.conf does not let it in from here"),
    "3D000": msg("there is no database of this name; make it with createdb"),
    "42501": NO_RIGHTS,
    "53100": msg("the server's disk is full"),
    "53300": msg("the server takes no more connections (max_connections)"),
    "40P01": msg("another process wrote the same at the same moment"),
    "55P03": msg("another process is writing for too long"),
    **dict.fromkeys(ENDED, LOST),
    _STARTING: msg("the server is starting or stopping"),
    "25006": READ_ONLY,
}
TAKES_CHANGES = msg(
    "Name the server that takes changes in database_url; if it is this one, set default_transaction_read_only to off."
)
_CHECK_SERVER = msg("Check database_url, and that its server runs and can be reached from here.")
_REMEDIES = {  # None where the reason itself tells
    "28P01": msg("Correct them in database_url; @, : and / in a password are written %40, %3A and %2F."),
    "28000": msg("Correct the user in database_url, or let it in by the server's pg_hba.conf."),
    "3D000": None,
    "42501": None,
    "53100": msg("Make room on that disk."),
    "53300": msg("Raise max_connections, or end what holds so many connections."),
    "25006": TAKES_CHANGES,
}


def state_of(error: BaseException) -> str:
    """Return PostgreSQL's five-character code of an error; empty for an error on the way there."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""


def reason_of(error: BaseException) -> Message | str:
    """Return why a statement or a connection failed, without the statement and its values."""
    state = state_of(error)
    if state in _REASONS:
        return _REASONS[state]
    if isinstance(error, PoolTimeoutError):
        return msg("too many look-ups wait for a connection")
    if state.startswith("08") or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return LOST
    cause = getattr(error, "orig", error)
    if any(words in str(cause) for words in _CLOSED):
        return LOST
    if isinstance(cause, TimeoutError):
        return msg("the server does not answer")
    if isinstance(cause, OSError):
        return msg("the server cannot be reached: {reason}", reason=os_reason(cause))
    return _text_of(cause)


def is_lost(error: BaseException) -> bool:
    """Return whether the server is gone, so that everything else will fail like this until it is back."""
    if isinstance(error, PoolTimeoutError):
        return False
    reason = reason_of(error)
    return reason is LOST or state_of(error) == _STARTING or isinstance(getattr(error, "orig", error), OSError)


def remedy_of(error: BaseException) -> Message | None:
    """Return the one thing to do about a failed connection; None if its reason tells."""
    return _REMEDIES.get(state_of(error), _CHECK_SERVER)


def _text_of(error: BaseException) -> str:
    """Return the message of an error without the class that SQLAlchemy puts in front of it."""
    text = str(error)
    return text.partition(">: ")[2] if text.startswith("<class ") else text
