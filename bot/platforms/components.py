"""What the buttons and menus of every platform have in common: tokens of drafts, a draft's button, and their end."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple

from bot.domain.errors import InputError
from bot.i18n import msg


class ShownDraft(NamedTuple):
    """A draft as it was shown, for a button that saves it: `TOKEN.FINGERPRINT`, or `TOKEN.FINGERPRINT.VERSION`.

    The button saves nothing else than what has this fingerprint, and overwrites no other version of the paper.
    """

    token: str
    fingerprint: str
    version: datetime | None = None

    def __str__(self) -> str:
        version = self.version.isoformat() if self.version else None
        return ".".join(filter(None, (self.token, self.fingerprint, version)))


def draft_token(key: str, n: int = 0) -> str:
    """Return the token of the nth draft that an interaction starts; the key is the same in every process that gets it.

    So a second process with the interaction changes the same draft.
    """
    return hashlib.blake2b(f"{key}:{n}".encode(), digest_size=12).hexdigest()


def shown_draft(value: str) -> ShownDraft:
    """Return the draft that a button's value names. Raises InputError."""
    token, _, shown = value.partition(".")
    fingerprint, _, version = shown.partition(".")
    try:
        return ShownDraft(token, fingerprint, datetime.fromisoformat(version) if version else None)
    except ValueError:
        raise unknown_component() from None


def unknown_component() -> InputError:
    """Return the error for a button or menu that no longer works."""
    return InputError(msg("This button or menu no longer works, so nothing was changed; use the command again."))
