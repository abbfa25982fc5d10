"""A paper's date, as precisely as it is known, parsed from the many ways in which people write dates."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from bot.domain.errors import DateError
from bot.domain.text import normalized
from bot.i18n import Locale, msg

_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if n}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if n} | {"sept": 9}
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_PATTERNS = (
    r"(?P<y>\d{4})(?:[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?)?)?",
    r"(?P<y>\d{4})年(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?)?",
    r"(?P<era>令和|平成|昭和)(?P<ey>元|\d{1,2})年(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?)?",
    rf"(?P<mon>{_MONTH})[.,]?(?:\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?)?[.,]?\s+(?P<y>\d{{4}})",
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[.,]?[\s-]*(?P<mon>{_MONTH})[.,]?[\s-]*(?P<y>\d{{4}})",
)


@dataclass(frozen=True, slots=True, order=True)
class PaperDate:
    """A year, optionally with month and day; 0 means unknown."""

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        if not (1000 <= self.year <= 9999 and 0 <= self.month <= 12 and 0 <= self.day <= 31) or (
            self.day and not self.month
        ):
            raise ValueError(f"no such date: {self.year}-{self.month}-{self.day}")
        date(self.year, self.month or 1, self.day or 1)

    def __str__(self) -> str:
        """Return `2023-07-19`, `2023-07` or `2023`."""
        return f"{self.year:04}" + "".join(f"-{part:02}" for part in (self.month, self.day) if part)

    def text(self, locale: Locale) -> str:
        """Return the date in that language."""
        if locale == "ja":
            return f"{self.year}年" + (f"{self.month}月" if self.month else "") + (f"{self.day}日" if self.day else "")
        month = calendar.month_name[self.month] + " " if self.month else ""
        return (f"{self.day} " if self.day else "") + f"{month}{self.year}"


def parse_date(text: str) -> PaperDate:
    """Parse a date such as `2023-07-19`, `July 19. 2023`, `5 July. 2023`, `2023年7月19日`, `2023/7` or `2023`.

    Raises DateError when it is not a date or no such day exists.
    """
    plain = normalized("NFKC", text).strip()
    for pattern in _PATTERNS:
        if match := re.fullmatch(pattern, plain, re.IGNORECASE):  # compiled at its first use
            try:
                return _from_parts(match.groupdict())
            except ValueError as error:
                raise DateError(msg('There is no such day as "{date}".', date=plain[:40])) from error
    raise DateError(msg('"{date}" is not a date; write it like 2023-07-19, 2023-07 or 2023.', date=plain[:40]))


def _from_parts(parts: dict[str, str | None]) -> PaperDate:
    if era := parts.get("era"):
        of_era = parts["ey"] or ""
        year = _ERAS[era] + (1 if of_era == "元" else _number(of_era))
    else:
        year = int(parts["y"] or 0)
    month = _MONTHS[name.lower()] if (name := parts.get("mon")) else _number(parts.get("m"))
    return PaperDate(year, month, _number(parts.get("d")))


def _number(digits: str | None) -> int:
    if digits is None:
        return 0
    if int(digits) == 0:
        raise ValueError("months and days count from 1")
    return int(digits)
