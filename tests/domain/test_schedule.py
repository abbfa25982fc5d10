"""A schedule means the same local minute all year, across clock changes."""

from __future__ import annotations

from calendar import Calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import ScheduleError
from bot.domain.schedule import Schedule, parse_schedule, period
from tests.samples import assert_said, texts

TOKYO, NEW_YORK, LORD_HOWE = map(ZoneInfo, ("Asia/Tokyo", "America/New_York", "Australia/Lord_Howe"))


def local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def run_of(schedule: str, start: str, zone: ZoneInfo, n: int) -> list[str]:
    """Return the next n local minutes after a local time."""
    moment, times = local(start, zone), []
    for _ in range(n):
        moment = parse_schedule(schedule).following(moment, zone)
        times.append(f"{moment.astimezone(zone):%Y-%m-%d %H:%M}")
    return times


@pytest.mark.parametrize(
    ("schedule", "crontab"),
    [
        ("mon 09:00", "0 9 * * 1"),
        ("Monday 9:00", "0 9 * * 1"),
        ("mon,thu 08:30", "30 8 * * 1,4"),
        ("sun 00:05", "5 0 * * 0"),
        ("daily 09:00", "0 9 * * *"),
        ("毎日 9:00", "0 9 * * *"),
        ("月 09:00", "0 9 * * 1"),
        ("月曜 9:00", "0 9 * * 1"),
        ("月曜日、木曜日 8:30", "30 8 * * 1,4"),
        ("土・日 10:00", "0 10 * * 6,0"),
        ("月曜　０９：００", "0 9 * * 1"),
        ("月木 9:00", "0 9 * * 1,4"),
        ("月木9:00", "0 9 * * 1,4"),
        ("月木曜日 9:00", "0 9 * * 1,4"),
        ("月曜木曜 9:00", "0 9 * * 1,4"),
        ("月曜日曜 9:00", "0 9 * * 1,0"),
        ("月曜日日曜日 9:00", "0 9 * * 1,0"),
        ("土日　１０：３０", "30 10 * * 6,0"),
        ("月，水､金 9:00", "0 9 * * 1,3,5"),
        ("毎週月・木曜 9:00", "0 9 * * 1,4"),
        ("平日 9:00", "0 9 * * 1,2,3,4,5"),
        ("平日・土 9:00", "0 9 * * 1,2,3,4,5,6"),
        ("weekdays 9:00", "0 9 * * 1,2,3,4,5"),
        ("月〜金 9:00", "0 9 * * 1,2,3,4,5"),
        ("月曜から木曜 9時", "0 9 * * 1,2,3,4"),
        ("土－月 9:00", "0 9 * * 1,6,0"),
        ("mon-fri 09:00", "0 9 * * 1,2,3,4,5"),
        ("mon - wed, sun 9:00", "0 9 * * 1,2,3,0"),
        ("月木 9時", "0 9 * * 1,4"),
        ("毎週月曜日9時半に", "30 9 * * 1"),
        ("平日 午後３時５分", "5 15 * * 1,2,3,4,5"),
        ("毎日 午前0時", "0 0 * * *"),
        ("毎日 午後12時", "0 12 * * *"),
        ("毎日 午前9:30", "30 9 * * *"),
        ("月火水木金土日 9:00", "0 9 * * *"),
        ("月 木 9:00", "0 9 * * 1,4"),
        ("first mon 09:00", "0 9 * * 1#1"),
        ("1st Monday 9:00", "0 9 * * 1#1"),
        ("last fri 17:00", "0 17 * * 5L"),
        ("second and fourth mon 09:00", "0 9 * * 1#2,1#4"),
        ("first, third mon 9:00", "0 9 * * 1#1,1#3"),
        ("the first mon of the month 09:00", "0 9 * * 1#1"),
        ("first mon,wed 9:00", "0 9 * * 1#1,3#1"),
        ("second mon, last thu 9:00", "0 9 * * 1#2,4L"),
        ("fifth sun 9:00", "0 9 * * 0#5"),
        ("第1月曜 9:00", "0 9 * * 1#1"),
        ("毎月第１月曜日９時", "0 9 * * 1#1"),
        ("第一・第三水曜 午後3時", "0 15 * * 3#1,3#3"),
        ("毎月第2・第4月曜 9:00", "0 9 * * 1#2,1#4"),
        ("第2、4月曜 9:00", "0 9 * * 1#2,1#4"),
        ("最終金曜 17:00", "0 17 * * 5L"),
        ("毎月の最後の月曜 9:00", "0 9 * * 1L"),
        ("第2月曜・最終木曜 9時半", "30 9 * * 1#2,4L"),
        ("第１月・木曜 9:00", "0 9 * * 1#1,4#1"),
        ("0 9 * * 1", "0 9 * * 1"),
        ("*/15 9-17 * * mon-fri", "*/15 9-17 * * mon-fri"),
    ],
)
def test_a_schedule_is_read_as_people_write_it(schedule: str, crontab: str) -> None:
    assert parse_schedule(schedule).crontab == crontab


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon",
        "09:00",
        "mon 24:00",
        "mon 09:60",
        "someday 09:00",
        "mon,xyz 09:00",
        ", 09:00",
        "0 9 * *",
        "毎週 9:00",
        "曜 9:00",
        "月曜曜 9:00",
        "月曜日火星 9:00",
        "月木",
        "祝日 9:00",
        "月-xyz 9:00",
        "月-火-水 9:00",
        "-月 9:00",
        "平日-日 9:00",
        "月 午後15時",
        "月 9時60分",
        "月 25時",
        "月 9時半分",
        "隔週 9:00",
        "隔週毎日 9:00",
        "隔週第1月曜 9:00",
        "every 0 weeks mon 09:00",
        "every 99 weeks mon 09:00",
        "第6月曜 9:00",
        "第1 9:00",
        "first 09:00",
        "first daily 09:00",
        "sixth mon 09:00",
        "毎月月曜 9:00",
        "1月曜 9:00",
        "mon 09:00 from 2026-11-30",
        "every 2 weeks mon 09:00 from 2026-13-30",
        "every 2 weeks mon 09:00 from 9999-12-27",
        "0 0 9 * * 1",
        "60 9 * * 1",
        "0 9 30 2 *",
        "0 9 * * 8",
        "@weekly",
        "*/0 * * * *",
        "mon 9:0",
    ],
)
def test_what_is_no_schedule_or_never_comes_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError, match="is not a schedule"):
        parse_schedule(text)


@pytest.mark.parametrize(
    ("schedule", "weeks"),
    [
        ("every 2 weeks mon,thu 09:00", 2),
        ("every two weeks on mon,thu 9:00", 2),
        ("Every other week mon,thu 09:00", 2),
        ("biweekly mon, thu 09:00", 2),
        ("fortnightly on mon,thu 9:00", 2),
        ("every 3 weeks mon,thu 09:00", 3),
        ("every 1 week mon,thu 09:00", 1),
        ("隔週月木 9:00", 2),
        ("隔週の月曜・木曜 ９時", 2),
        ("隔週 月・木 9:00", 2),
        ("2週間ごとの月曜、木曜 9:00", 2),
        ("3週に1度 月木 9時", 3),
        ("4週ごとに月木9:00", 4),
    ],
)
def test_a_schedule_of_every_few_weeks_is_read_as_people_write_it(schedule: str, weeks: int) -> None:
    read = parse_schedule(schedule)
    assert (read.crontab, read.weeks, read.start) == ("0 9 * * 1,4", weeks, None)


@given(texts)
def test_any_text_is_a_schedule_or_is_refused_in_a_sentence(text: str) -> None:
    try:
        parse_schedule(text)
    except ScheduleError as error:
        assert_said(error)


@given(
    st.lists(st.integers(0, 6), min_size=1, unique=True),
    st.sampled_from(["", "・", "、", ",", "，", "､", " ", "　", "、 "]),
    st.sampled_from([("", ""), ("", "曜"), ("", "曜日"), ("曜", "曜"), ("曜日", "曜日")]),
    st.sampled_from(["", "毎週"]),
    st.sampled_from(["9:00", "09:00", "０９：００"]),
    st.sampled_from(["", " ", "　"]),
)
def test_japanese_days_mean_the_same_however_they_are_joined(
    days: list[int], separator: str, endings: tuple[str, str], start: str, time: str, space: str
) -> None:
    each, last = endings
    japanese = start + (each + separator).join("月火水木金土日"[day] for day in days) + last + space + time
    english = ",".join(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day] for day in days) + " 09:00"
    read = parse_schedule(japanese)
    assert read.crontab == parse_schedule(english).crontab
    assert parse_schedule(read.describe("ja")).crontab == read.crontab


def test_0_and_7_are_sunday() -> None:
    sundays = ["2024-01-21 09:00", "2024-01-28 09:00"]
    assert run_of("0 9 * * 0", "2024-01-15 00:00", TOKYO, 2) == sundays
    assert run_of("0 9 * * 7", "2024-01-15 00:00", TOKYO, 2) == sundays
    assert run_of("sun 09:00", "2024-01-15 00:00", TOKYO, 2) == sundays


def test_1_is_monday() -> None:
    assert run_of("0 9 * * 1", "2024-01-15 09:00", TOKYO, 2) == ["2024-01-22 09:00", "2024-01-29 09:00"]


def test_a_day_of_the_month_and_a_day_of_the_week_mean_either() -> None:
    assert run_of("0 9 13 * 5", "2024-01-01 00:00", TOKYO, 4) == [
        "2024-01-05 09:00",
        "2024-01-12 09:00",
        "2024-01-13 09:00",
        "2024-01-19 09:00",
    ]


def test_a_leap_day_comes_every_fourth_year() -> None:
    assert run_of("0 9 29 2 *", "2024-02-29 09:00", TOKYO, 2) == ["2028-02-29 09:00", "2032-02-29 09:00"]


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        (NEW_YORK, "2024-03-08 12:00"),
        (NEW_YORK, "2024-11-01 12:00"),
        (LORD_HOWE, "2024-10-04 12:00"),
        (LORD_HOWE, "2024-04-05 12:00"),
    ],
)
def test_nine_oclock_stays_nine_oclock_when_the_clocks_change(zone: ZoneInfo, start: str) -> None:
    turns = run_of("daily 09:00", start, zone, 5)
    assert [turn[11:] for turn in turns] == ["09:00"] * 5
    assert len({turn[:10] for turn in turns}) == 5


@pytest.mark.parametrize(
    ("zone", "schedule", "day"),
    [
        (NEW_YORK, "daily 02:30", "2024-03-10"),
        (LORD_HOWE, "daily 02:15", "2024-10-06"),
        (NEW_YORK, "sun 02:30", "2024-03-10"),
    ],
)
def test_a_minute_that_the_clock_leaps_over_still_has_its_turn_that_day(
    zone: ZoneInfo, schedule: str, day: str
) -> None:
    start = local(f"{day} 00:00", zone)
    moment = parse_schedule(schedule).following(start, zone)
    assert moment.astimezone(zone).date().isoformat() == day
    assert parse_schedule(schedule).latest(moment, zone, timedelta(hours=1)) == moment


@pytest.mark.parametrize(
    ("zone", "schedule", "day"), [(NEW_YORK, "daily 01:30", "2024-11-03"), (LORD_HOWE, "daily 01:45", "2024-04-07")]
)
def test_a_minute_that_comes_twice_is_one_turn(zone: ZoneInfo, schedule: str, day: str) -> None:
    moment, turns = local(f"{day} 00:00", zone), set()
    while moment < local(f"{day} 12:00", zone):
        if latest := parse_schedule(schedule).latest(moment, zone, timedelta(hours=6)):
            turns.add(period(latest, zone))
        moment += timedelta(minutes=5)
    assert turns == {f"{day}T{schedule[-5:]}"}


@given(
    st.sampled_from(["mon 09:00", "daily 02:30", "0 9 13 * 5", "*/7 * * * *", "30 1 * * *", "0 9 29 2 *"]),
    st.sampled_from([TOKYO, NEW_YORK, LORD_HOWE]),
    st.integers(0, 3 * 366 * 24 * 60).map(
        lambda n: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=n, seconds=n % 60)
    ),
)
def test_the_latest_turn_is_the_one_that_followed_the_time_before_it(
    schedule: str, zone: ZoneInfo, now: datetime
) -> None:
    read = parse_schedule(schedule)
    latest = read.latest(now, zone, timedelta(days=3000))
    assert latest is not None
    assert latest <= now < read.following(latest, zone)
    assert read.latest(now, zone, now - latest) == latest
    assert read.latest(now, zone, now - latest - timedelta(seconds=1)) is None


def _comes(schedule: Schedule, day: date) -> bool:
    """Return whether a day is one of the schedule's, computed from the calendar alone."""
    if schedule.start:
        monday = schedule.start.toordinal() - schedule.start.weekday()
        return (
            day >= schedule.start and day.weekday() in (0, 3) and (day.toordinal() - monday) // 7 % schedule.weeks == 0
        )
    days = [
        each
        for each in Calendar().itermonthdates(day.year, day.month)
        if (each.month, each.weekday()) == (day.month, day.weekday())
    ]
    which = {(0, 1), (0, 3), (3, -1)} if "#" in schedule.crontab else {(0, 0)}
    return (day.weekday(), days.index(day) + 1) in which or (day == days[-1] and (day.weekday(), -1) in which)


@given(
    st.sampled_from(
        [
            "every 2 weeks mon,thu 09:00",
            "隔週月木 02:30",
            "every 3 weeks mon,thu 00:00",
            "3週間ごとの月木 23:59",
            "first and third mon, last thu 09:00",
            "第1・第3月曜・最終木曜 1:30",
        ]
    ),
    st.sampled_from([TOKYO, NEW_YORK, LORD_HOWE]),
    st.dates(date(2018, 1, 1), date(2026, 1, 1)),
    st.integers(0, 60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_every_few_weeks_and_weeks_of_a_month_are_what_the_calendar_says(
    text: str, zone: ZoneInfo, start: date, later: timedelta
) -> None:
    made_at = datetime(start.year, start.month, start.day, 12, tzinfo=UTC)
    schedule, now = parse_schedule(text).starting(made_at, zone), made_at + later
    following, latest = schedule.following(now, zone), schedule.latest(now, zone, timedelta(days=90))
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(-90, 91)]
    turns = [day for day in days if _comes(schedule, day)]
    assert following.astimezone(zone).date() == next(
        day for day in turns if day > today or (day == today and following.astimezone(zone).date() == today)
    )
    before = [day for day in turns if day < today or (day == today and following.astimezone(zone).date() != today)]
    assert (latest and latest.astimezone(zone).date()) == (before[-1] if before else None)
    assert following > now >= (latest or now)


@pytest.mark.parametrize("text", ["every 2 weeks mon 09:00", "隔週月曜 9:00"])
def test_the_first_of_every_few_weeks_is_the_next_one(text: str) -> None:
    for day in ("2026-12-21", "2026-12-28"):
        made_at = local(f"{day} 08:00", TOKYO)
        schedule = parse_schedule(text).starting(made_at, TOKYO)
        assert schedule.following(made_at, TOKYO) == local(f"{day} 09:00", TOKYO)
        after = schedule.following(local(f"{day} 09:00", TOKYO), TOKYO)
        assert after - local(f"{day} 09:00", TOKYO) == timedelta(days=14)
        assert parse_schedule(schedule.text) == schedule


def test_the_same_weeks_go_on_where_a_schedule_is_told_again() -> None:
    before = parse_schedule("every 2 weeks mon 09:00").starting(local("2026-11-30 08:00", TOKYO), TOKYO)
    again = parse_schedule("隔週月曜 9:00").starting(local("2026-12-02 08:00", TOKYO), TOKYO, before)
    assert again.following(local("2026-12-02 08:00", TOKYO), TOKYO) == local("2026-12-14 09:00", TOKYO)
    other = parse_schedule("隔週火曜 9:00").starting(local("2026-12-02 08:00", TOKYO), TOKYO, before)
    assert other.following(local("2026-12-02 08:00", TOKYO), TOKYO) == local("2026-12-08 09:00", TOKYO)


@pytest.mark.parametrize(
    ("text", "japanese", "english"),
    [
        ("every 2 weeks mon 09:00 from 2026-11-30", "隔週月曜 9:00", "every other week on Mon at 9:00"),
        ("3週間ごとの月・木 9時", "3週間ごとの月曜・木曜 9:00", "every 3 weeks on Mon, Thu at 9:00"),
        ("first mon 09:00", "毎月第1月曜 9:00", "first Mon of the month at 9:00"),
        ("第1・2・4月曜 9:00", "毎月第1・第2・第4月曜 9:00", "first, second and fourth Mon of the month at 9:00"),
        ("last fri 17:00", "毎月最終金曜 17:00", "last Fri of the month at 17:00"),
        ("第2月曜・最終木曜 9:00", "毎月第2月曜・最終木曜 9:00", "second Mon, last Thu of the month at 9:00"),
    ],
)
def test_weeks_are_described_in_the_readers_language(text: str, japanese: str, english: str) -> None:
    read = parse_schedule(text)
    assert (read.describe("ja"), read.describe("en")) == (japanese, english)
    for described in (japanese, english.replace(" at", "")):
        assert parse_schedule(described).crontab == read.crontab
        assert parse_schedule(described).weeks == read.weeks


def test_a_schedule_is_described_in_the_readers_language() -> None:
    both = parse_schedule("mon,thu 08:30")
    assert (both.describe("ja"), both.describe("en")) == ("毎週月曜・木曜 8:30", "Mon, Thu at 8:30")
    assert parse_schedule("毎日 9:00").describe("en") == "every day at 9:00"
    weekdays = parse_schedule("月火水木金 09:00")
    assert (weekdays.describe("ja"), weekdays.describe("en")) == ("平日 9:00", "on weekdays at 9:00")
    assert parse_schedule("木月 ９：００").describe("ja") == "毎週月曜・木曜 9:00"
    assert parse_schedule("0 9 * * 1").describe("ja") == "0 9 * * 1"


@pytest.mark.parametrize("schedule", ["daily 01:30", "30 * * * *"])
def test_the_following_moment_is_never_past_when_an_hour_comes_twice(schedule: str) -> None:
    moment = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)  # in New York, one o'clock comes at 5:00 and at 6:00
    for _ in range(18):
        moment += timedelta(minutes=10)
        assert parse_schedule(schedule).following(moment, NEW_YORK) > moment
