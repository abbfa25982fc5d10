"""When a digest goes out, in the team's timezone: `mon,thu 08:30`, `mon-fri 09:00`, `月木 8時半` or a crontab."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from bot.domain.errors import ScheduleError
from bot.i18n import Locale, msg, t

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_JA_DAYS = "月火水木金土日"
_JA_DAY = f"[{_JA_DAYS}](?:曜日(?!曜)|曜)?"  # 月曜日曜 are two days
_EVERY_DAY, _WEEKDAYS = [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4]
_SEVERAL = {"daily": _EVERY_DAY, "毎日": _EVERY_DAY, "weekdays": _WEEKDAYS, "平日": _WEEKDAYS}
_TO = re.compile(r"\s*(?:[-~〜–]|から)\s*")
_HOUR = r"(?:(午前|午後)\s*(1[0-2]|0?\d)|(\d{1,2}))"
_PLAIN = re.compile(rf"(\D+?)\s*{_HOUR}(?::(\d{{2}})|時(?:(半)|(\d{{1,2}})分)?)に?")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A repeating local minute; `text` is how its owner wrote it, `crontab` what it means."""

    text: str
    crontab: str

    def latest(self, now: datetime, zone: ZoneInfo, within: timedelta) -> datetime | None:
        """Return the newest scheduled moment in the time up to now (UTC), or None when none fell into it."""
        times = CronSim(self.crontab, now.astimezone(zone) + timedelta(minutes=1), reverse=True)
        moment = next(times).astimezone(UTC)
        while moment > now:
            moment = next(times).astimezone(UTC)
        return moment if now - moment <= within else None

    def following(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the next scheduled moment after now (UTC)."""
        return next(CronSim(self.crontab, now.astimezone(zone))).astimezone(UTC)

    def describe(self, locale: Locale) -> str:
        """Return the schedule in the reader's words; a crontab as it is."""
        found = _PLAIN.fullmatch(self.text)
        if not found:
            return self.text
        hour, minute = _time(found)
        time = f"{hour}:{minute:02}"
        days = _days(found[1])
        if days == _EVERY_DAY:
            return t(locale, "every day at {time}", time=time)
        if days == _WEEKDAYS:
            return t(locale, "on weekdays at {time}", time=time)
        names = [_day_name(day, locale) for day in days]
        return t(locale, "{days} at {time}", days=("・" if locale == "ja" else ", ").join(names), time=time)


def period(moment: datetime, zone: ZoneInfo) -> str:
    """Return the local minute that names an edition's turn: it is the same for both passes of a repeated hour."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"


def parse_schedule(text: str) -> Schedule:
    """Read a schedule. Raises ScheduleError when it is none, or names a day that never comes."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    crontab = _crontab(plain)
    try:
        _minute, _hour, _day, _month, _weekday = crontab.split(" ")
        next(CronSim(crontab, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration, ValueError) as error:
        raise ScheduleError(
            msg(
                '"{text}" is not a schedule; write it like "mon 09:00", "mon,thu 08:30", "daily 09:00" or "0 9 * * 1".',
                text=plain[:60],
            )
        ) from error
    return Schedule(plain, crontab)


def _crontab(plain: str) -> str:
    found = _PLAIN.fullmatch(plain)
    if not found:
        return plain
    days = _days(found[1])
    if not days:
        return plain
    which = "*" if days == _EVERY_DAY else ",".join(str((day + 1) % 7) for day in days)
    hour, minute = _time(found)
    return f"{minute} {hour} * * {which}"


def _time(found: re.Match[str]) -> tuple[int, int]:
    _, half, of_half, of_day, minutes, half_past, past = found.groups()
    hour = int(of_day) if of_day else int(of_half) % 12 + 12 * (half == "午後")
    return hour, 30 if half_past else int(minutes or past or 0)


def _days(words: str) -> list[int]:
    """Return the week days named, Monday, which is 0, first; none when a word is no day."""
    joined = _TO.sub("-", words.lower().removeprefix("毎週"))
    named = [_days_of(name) for name in re.split(r"[,、・ ]+", joined) if name]
    return sorted({day for days in named for day in days}) if all(named) else []


def _days_of(name: str) -> list[int]:
    if "-" in name:
        ends = [_days_of(end) for end in name.split("-")]
        if [len(end) for end in ends] != [1, 1]:
            return []
        (first,), (last,) = ends
        return [day % 7 for day in range(first, last + (1 if first <= last else 8))]
    if re.fullmatch(f"(?:{_JA_DAY})+", name):
        return [_JA_DAYS.index(day[0]) for day in re.findall(_JA_DAY, name)]
    return _SEVERAL.get(name) or [n for n, day in enumerate(_DAYS) if name in (day, day[:3])]


def _day_name(day: int, locale: Locale) -> str:
    return _JA_DAYS[day] + "曜" if locale == "ja" else _DAYS[day][:3].capitalize()
