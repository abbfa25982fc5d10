"""When a digest goes out, in the team's timezone: `mon 09:00`, `mon,thu 08:30`, `daily 09:00` or a crontab."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from bot.domain.errors import ScheduleError
from bot.i18n import Locale, msg, t

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_JA_DAYS = "月火水木金土日"
_PLAIN = re.compile(r"(daily|毎日|[a-z月火水木金土日曜,、・ ]+?)\s*(\d{1,2}):(\d{2})", re.IGNORECASE)


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
        time = f"{int(found[2])}:{found[3]}"
        days = _days(found[1])
        if len(days) == len(_DAYS):
            return t(locale, "every day at {time}", time=time)
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
    which = "*" if len(days) == len(_DAYS) else ",".join(str((_DAYS.index(day) + 1) % 7) for day in days)
    return f"{int(found[3])} {int(found[2])} * * {which}"


def _days(words: str) -> list[str]:
    """Return the week days named, Monday first; none when a word is no day."""
    if words.lower() in ("daily", "毎日"):
        return list(_DAYS)
    names = [name for name in re.split(r"[,、・ ]+", words.lower()) if name]
    days = {_JA_DAYS.find(n[0]) if n[0] in _JA_DAYS and n[1:] in ("", "曜", "曜日") else _index(n) for n in names}
    return [] if -1 in days else [_DAYS[day] for day in sorted(days)]


def _index(name: str) -> int:
    full = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6}
    return next((n for day, n in full.items() if name in (day, day[:3])), -1)


def _day_name(day: str, locale: Locale) -> str:
    return _JA_DAYS[_DAYS.index(day)] + "曜" if locale == "ja" else day.capitalize()
