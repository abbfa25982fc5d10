"""Numbers from outside (of proposals, changes and pages), which may be mistyped or forged."""

from __future__ import annotations

import re

from bot.domain.errors import InputError
from bot.i18n import msg

_MOST = 2**63 - 1  # the largest integer of the database
_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


def number_in(text: str, most: int = _MOST) -> int:
    """Return the number in a text. Raises InputError when it is not a number, or larger than `most`."""
    if _DIGITS.fullmatch(text) and (number := int(text)) <= most:
        return number
    raise InputError(msg('"{text}" is not a number that can be used here.', text=text[:40]))


def is_given(number: int) -> bool:
    """Return whether the database can have assigned this number."""
    return 0 < number <= _MOST
