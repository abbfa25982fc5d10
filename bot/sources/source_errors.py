"""Errors of sources that did not answer as expected."""

from __future__ import annotations

from bot.domain.errors import SourceError
from bot.i18n import msg


def unreadable(name: str) -> SourceError:
    """Return the error for an answer of an unexpected form."""
    return SourceError(msg("The answer of {source} cannot be read.", source=name))


def another_paper(name: str) -> SourceError:
    """Return the error for an answer about another paper than requested."""
    return SourceError(msg("{source} answered with another paper.", source=name))


def too_slow(name: str, seconds: float) -> SourceError:
    """Return the error for an answer that did not come in time."""
    return SourceError(msg("{source} did not answer within {seconds} seconds.", source=name, seconds=f"{seconds:g}"))


def too_long(name: str) -> SourceError:
    """Return the error for an answer that takes too long to read."""
    return SourceError(msg("The page of {source} took too long to read.", source=name))
