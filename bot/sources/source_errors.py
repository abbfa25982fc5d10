"""What is told of a source that did not answer as it should."""

from __future__ import annotations

from bot.domain.errors import SourceError
from bot.i18n import msg


def unreadable(name: str) -> SourceError:
    """Return the error for an answer that is not what it should be."""
    return SourceError(msg("The answer of {source} cannot be read.", source=name))


def another_paper(name: str) -> SourceError:
    """Return the error for an answer that is of another paper than was asked for."""
    return SourceError(msg("{source} answered with another paper.", source=name))


def too_slow(name: str, seconds: float) -> SourceError:
    """Return the error for an answer that did not come in time."""
    return SourceError(msg("{source} did not answer within {seconds} seconds.", source=name, seconds=f"{seconds:g}"))


def too_long(name: str) -> SourceError:
    """Return the error for an answer that takes too long to read."""
    return SourceError(msg("The page of {source} took too long to read.", source=name))
