"""Refuses drafts that are gone, used or another person's, whether of a paper or of a feed: the store keeps both."""

from __future__ import annotations

from bot.domain.errors import NotAllowedError, NotFoundError
from bot.i18n import CommandName, msg
from bot.store.drafts import StoredDraft


def require_own(stored: StoredDraft | None, actor: str, *, of_feed: bool = False) -> StoredDraft:
    """Return a draft if it exists, is of this kind and belongs to this person.

    Raises NotFoundError and NotAllowedError.
    """
    if stored is None or of_feed != ("feed" in stored.form):
        raise gone_error(of_feed=of_feed)
    if stored.actor not in (None, actor):
        raise NotAllowedError(
            msg("This draft is another person's; begin your own with {command}.", command=_command(of_feed))
        )
    return stored


def gone_error(*, of_feed: bool = False) -> NotFoundError:
    """Return the error for a draft that no longer exists."""
    return NotFoundError(msg("This draft no longer exists; start again with {command}.", command=_command(of_feed)))


def used_error() -> NotFoundError:
    """Return the error for a draft that has become a paper, a proposal or a feed."""
    return NotFoundError(msg("This draft has been saved already."))


def _command(of_feed: bool) -> CommandName:
    return CommandName("feed add" if of_feed else "addpaper")
