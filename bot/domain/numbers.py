"""Numbers from outside: of proposals, changes and pages, as somebody typed or forged them."""

from __future__ import annotations

import re

from bot.domain.errors import InputError
from bot.i18n import msg

_MOST = 2**63 - 1  # what a database's integer holds
_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


def number_in(text: str, most: int = _MOST) -> int:
    """Return the number that a text is. Raises InputError when it is none, or larger than any that can be meant."""
    if _DIGITS.fullmatch(text) and (number := int(text)) <= most:
        return number
    raise InputError(msg('"{text}" is not a number that can be meant here.', text=text[:40]))


def is_given(number: int) -> bool:
    """Tell whether a number can be one that the database gave to something."""
    return 0 < number <= _MOST
