"""Schedules of a digest in the team's timezone: `mon,thu 08:30`, `first mon 09:00`, `隔週月曜 9時` or a crontab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from bot.domain.errors import ScheduleError
from bot.domain.text import normalized
from bot.domain.weekdays import EVERY_DAY, WEEKDAYS, Weekdays, parse_weekdays
from bot.i18n import Locale, msg, t

_MOST_WEEKS = 8
_EVERY = re.compile(
    r"(?:every (?P<en>\d{1,2}|two|other) weeks?(?: on)?|(?P<fortnight>biweekly|fortnightly|隔週)(?:の|(?: on)?)"
    r"|(?P<ja>\d{1,2})週(?:間)?(?:ごと|に[1一][度回])[のに]?)\s*",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?:\s+from\s+(?P<en>\d{4}-\d{2}-\d{2})|\s*(?P<ja>\d{4}-\d{2}-\d{2})から)$", re.IGNORECASE)
_HOUR = r"(?:(午前|午後)\s*(1[0-2]|0?\d)|(\d{1,2}))"
_PLAIN = re.compile(rf"(.+?)\s*(?<!\d){_HOUR}(?::(\d{{2}})|時(?:(半)|(\d{{1,2}})分)?)に?")
_LAST_YEAR = 9000  # a later start has no following weeks within the calendar
_A_MONDAY = date(1970, 1, 5)  # weeks are counted from here if a schedule has no start


@dataclass(frozen=True, slots=True)
class _Plan:
    """A parsed schedule that is not a crontab."""

    days: tuple[Weekdays, ...]
    hour: int
    minute: int
    weeks: int = 1
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A repeating local minute; `text` is how its owner wrote it, `crontab` its meaning.

    Only every `weeks`-th week counts, from the week of `start` on, and nothing before `start`.
    """

    text: str
    crontab: str
    weeks: int = 1
    start: date | None = None

    def latest(self, now: datetime, zone: ZoneInfo, within: timedelta) -> datetime | None:
        """Return the latest scheduled moment (UTC) of the past `within`, or None."""
        times = CronSim(self.crontab, now.astimezone(zone) + timedelta(minutes=1), reverse=True)
        recent = takewhile(lambda moment: now - moment <= within, (moment.astimezone(UTC) for moment in times))
        return next((moment for moment in recent if moment <= now and self._counts(moment, zone)), None)

    def following(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the next scheduled moment after now (UTC)."""
        return next(moment for moment in self._after(now, zone) if self._counts(moment, zone))

    def starting(self, now: datetime, zone: ZoneInfo, before: Schedule | None = None) -> Schedule:
        """Return the schedule with its next moment as its start, if only every few weeks count.

        If it replaces a schedule of the same days and weeks, it keeps the start of that.
        """
        if self.weeks == 1 or self.start:
            return self
        first = next(self._after(now, zone)).astimezone(zone).date()
        if before and before.start and (before.crontab, before.weeks) == (self.crontab, self.weeks):
            first = before.start
        text = f"{self.text} from {first}" if self.text.isascii() else f"{self.text} {first}から"
        return replace(self, text=text, start=first)

    def describe(self, locale: Locale) -> str:
        """Return the schedule in the reader's language; a crontab is returned unchanged."""
        plan = _plan(self.text)
        if not plan:
            return self.text
        time = f"{plan.hour}:{plan.minute:02}"
        days = ("・" if locale == "ja" else ", ").join(days.describe(locale) for days in plan.days)
        if plan.days[0].of_month:
            return t(locale, "{days} of the month at {time}", days=days, time=time)
        if plan.days[0].days == EVERY_DAY:
            return t(locale, "every day at {time}", time=time)
        if plan.weeks == 2:
            return t(locale, "every other week on {days} at {time}", days=days, time=time)
        if plan.weeks > 1:
            return t(locale, "every {count} weeks on {days} at {time}", count=plan.weeks, days=days, time=time)
        if plan.days[0].days == WEEKDAYS:
            return t(locale, "on weekdays at {time}", time=time)
        return t(locale, "{days} at {time}", days=days, time=time)

    def _after(self, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        local = now.astimezone(zone)
        if self.start and local.date() < self.start:
            local = datetime.combine(self.start, datetime.min.time(), zone) - timedelta(minutes=1)
        times = (moment.astimezone(UTC) for moment in CronSim(self.crontab, local))
        return (moment for moment in times if moment > now)  # CronSim goes back when an hour comes twice

    def _counts(self, moment: datetime, zone: ZoneInfo) -> bool:
        if self.weeks == 1:
            return True
        day, start = moment.astimezone(zone).date(), self.start or _A_MONDAY
        weeks = (_monday(day) - _monday(start)).days // 7
        return day >= start and weeks % self.weeks == 0


def period(moment: datetime, zone: ZoneInfo) -> str:
    """Return the local minute that names an edition's turn; an hour repeated at a clock change counts once."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"


def parse_schedule(text: str) -> Schedule:
    """Parse a schedule. Raises ScheduleError when it is invalid or names a day that never comes."""
    plain = " ".join(normalized("NFKC", text).split())
    plan = _plan(plain)
    crontab = f"{plan.minute} {plan.hour} * * {','.join(days.crontab for days in plan.days)}" if plan else plain
    try:
        _minute, _hour, _day, _month, _weekday = crontab.split(" ")
        next(CronSim(crontab, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration, ValueError) as error:
        raise ScheduleError(
            msg(
                '"{text}" is not a schedule; write it like "mon 09:00", "mon,thu 08:30", "daily 09:00",'
                ' "every 2 weeks mon 09:00", "first mon 09:00" or "0 9 * * 1".',
                text=plain[:60],
            )
        ) from error
    return Schedule(plain, crontab, plan.weeks, plan.start) if plan else Schedule(plain, crontab)


def _plan(plain: str) -> _Plan | None:
    """Return a parsed schedule; None if it is a crontab or invalid."""
    start_clause = _FROM.search(plain)
    every = _EVERY.match(plain)
    match = _PLAIN.fullmatch(plain, every.end() if every else 0, start_clause.start() if start_clause else len(plain))
    days = parse_weekdays(match[1]) if match else ()
    weeks = _weeks(every)
    try:
        start = date.fromisoformat(start_clause["en"] or start_clause["ja"]) if start_clause else None
    except ValueError:
        return None
    is_valid = bool(days) and 1 <= weeks <= _MOST_WEEKS and not (start_clause and weeks == 1)
    is_valid = is_valid and (start is None or start.year <= _LAST_YEAR)
    if not (match and is_valid) or (every and (days[0].of_month or days[0].days == EVERY_DAY)):
        return None
    return _Plan(days, *_time(match), weeks, start)


def _weeks(every: re.Match[str] | None) -> int:
    if every is None:
        return 1
    number = every["en"] or every["ja"] or ""
    return int(number) if number.isdigit() else 2


def _time(match: re.Match[str]) -> tuple[int, int]:
    _, half, of_half, of_day, minutes, half_past, past = match.groups()
    hour = int(of_day) if of_day else int(of_half) % 12 + 12 * (half == "午後")
    return hour, 30 if half_past else int(minutes or past or 0)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
