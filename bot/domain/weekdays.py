"""Weekdays as people write them: `mon,thu`, `月〜金`, `second and fourth mon`, `最終金`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.i18n import Locale

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_JA_DAYS = "月火水木金土日"
_JA_DAY = f"[{_JA_DAYS}](?:曜日(?!曜)|曜)?"  # 月曜日曜 means two days
EVERY_DAY, WEEKDAYS = (0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4)
_SEVERAL = {"daily": EVERY_DAY, "毎日": EVERY_DAY, "weekdays": WEEKDAYS, "平日": WEEKDAYS}
_TO = re.compile(r"\s*(?:[-~〜–]|から)\s*")
_LAST = 6  # the last one in a month, besides its first to fifth
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "last")
_NUMBERS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "最終": _LAST, "最後の": _LAST}
_NUMBERS |= {name: n for n, name in enumerate(_ORDINALS, 1)} | {n: at for at, n in enumerate("一二三四五", 1)}
_NUMBERS |= {str(n): n for n in range(1, 6)}
_AND = r"(?:\s*[,、・]\s*(?:and\s+)?|\s+and\s+|\s+)"
_EN_ORDINAL = r"(?:first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th)"
_EN_DAY = rf"(?:{'|'.join(f'{day}|{day[:3]}' for day in _DAYS)})"
_JA_ORDINAL = r"(?:第[1-5一二三四五]|最終|最後の)"
_JA_ORDINALS = rf"{_JA_ORDINAL}(?:[・、,と]?\s*(?:{_JA_ORDINAL}|[1-5一二三四五]))*"
# compiled only when somebody names days of a month, since that takes a millisecond
_GROUP = (
    rf"(?:the\s+)?(?P<en>{_EN_ORDINAL}(?:{_AND}{_EN_ORDINAL})*)\s+(?P<day>{_EN_DAY}(?:{_AND}{_EN_DAY})*)\b"
    rf"|(?P<ja>{_JA_ORDINALS})\s*の?\s*(?P<曜>{_JA_DAY}(?:[・、,]?{_JA_DAY})*)"
)
_OF_MONTH = r"\s+(?:of|in) (?:the|each|every|a) month$|^each month (?:on )?|^毎月の?\s*"
_BETWEEN = rf"{_AND}|\s*と\s*"


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of every week (Monday is 0), or of a month: the first (1) to fifth (5) or the last (6) such day."""

    days: tuple[int, ...]
    of_month: tuple[int, ...] = ()

    @property
    def crontab(self) -> str:
        """Return the days as a crontab's last field."""
        if not self.of_month:
            return "*" if self.days == EVERY_DAY else ",".join(str((day + 1) % 7) for day in self.days)
        return ",".join(f"{(day + 1) % 7}{'L' if n == _LAST else f'#{n}'}" for n in self.of_month for day in self.days)

    def describe(self, locale: Locale) -> str:
        """Return the names of the days."""
        names = [_JA_DAYS[day] + "曜" if locale == "ja" else _DAYS[day][:3].capitalize() for day in self.days]
        if locale == "ja":
            return "・".join("最終" if n == _LAST else f"第{n}" for n in self.of_month) + "・".join(names)
        *which, last = [_ORDINALS[n - 1] for n in self.of_month] or [""]
        ordinals = f"{', '.join(which)} and {last}" if which else last
        return f"{ordinals} {', '.join(names)}".strip()


def parse_weekdays(words: str) -> tuple[Weekdays, ...]:
    """Return the named days, grouped by the weeks of a month; empty if a word is not a day."""
    words = " ".join(words.lower().split())
    if days := _of_week(words):
        return (Weekdays(days),)
    rest, groups, at = re.sub(_OF_MONTH, "", words), list[Weekdays](), 0
    group, between = re.compile(_GROUP), re.compile(_BETWEEN)
    while match := group.match(rest, at):
        ordinals, day = match["en"] or match["ja"], match["day"] or match["曜"]
        numbers = re.findall(f"{_EN_ORDINAL}|最終|最後の|[1-5一二三四五]", ordinals)
        groups.append(Weekdays(_of_week(between.sub(",", day)), tuple(sorted({_NUMBERS[n] for n in numbers}))))
        at = match.end()
        if gap := between.match(rest, at):
            at = gap.end()
    return tuple(groups) if at == len(rest) else ()


def _of_week(words: str) -> tuple[int, ...]:
    """Return the named days of the week, sorted (Monday is 0); empty if a word is not a day."""
    joined = _TO.sub("-", words.removeprefix("毎週").strip())
    named = [_days_of(name) for name in re.split(r"[,、・ ]+", joined) if name]
    return tuple(sorted({day for days in named for day in days})) if all(named) else ()


def _days_of(name: str) -> tuple[int, ...]:
    if "-" in name:
        ends = [_days_of(end) for end in name.split("-")]
        if [len(end) for end in ends] != [1, 1]:
            return ()
        (first,), (last,) = ends
        return tuple(day % 7 for day in range(first, last + (1 if first <= last else 8)))
    if re.fullmatch(f"(?:{_JA_DAY})+", name):
        return tuple(_JA_DAYS.index(day[0]) for day in re.findall(_JA_DAY, name))
    return _SEVERAL.get(name) or tuple(n for n, day in enumerate(_DAYS) if name in (day, day[:3]))
