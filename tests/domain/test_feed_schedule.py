"""When an address is polled: as often as it changes, within what good manners allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feed_address import FeedAddress, FeedAnswer, Rhythm
from bot.domain.feed_entry import FeedDocument
from bot.domain.feed_schedule import (
    DAY,
    HOUR,
    WEEK,
    after_failure,
    after_reading,
    earliest,
    retry_moment,
    rhythm_after,
    usual_gap,
)

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday
SLACK = timedelta(minutes=1)
ADDRESS = FeedAddress(
    7, "https://lab.example/feed", "lab.example", NOW, etag='"a"', requested_at=NOW, read_at=NOW, news_at=NOW
)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
rhythms = st.builds(
    Rhythm,
    gaps=st.lists(st.integers(1, 10**8), max_size=8).map(tuple),
    ttl=st.none() | st.integers(0, 10**7),
    max_age=st.none() | st.integers(0, 10**9),
    skip_days=st.lists(st.integers(0, 6), max_size=7, unique=True).map(tuple),
)
urls = st.sampled_from(["https://lab.example/feed", "https://rss.arxiv.org/rss/cs.CL", "http://export.arxiv.org/api/x"])


@st.composite
def addresses(draw: st.DrawFn) -> tuple[FeedAddress, datetime]:
    now = draw(moments)
    past = st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda span: now - span)
    address = FeedAddress(
        draw(st.integers(1, 10**6)),
        draw(urls),
        "a",
        now,
        etag=draw(st.none() | st.just('"a"')),
        requested_at=now - draw(st.timedeltas(timedelta(0), timedelta(seconds=20))),
        news_at=draw(st.none() | past),
        rhythm=draw(rhythms),
        failures=draw(st.integers(1, 10**6)),
    )
    whole = now if address.etag is None else draw(st.none() | past)
    return replace(address, unconditional_at=whole), now


@given(addresses())
def test_no_address_is_polled_twice_in_an_hour_nor_left_alone_for_longer_than_a_day(
    case: tuple[FeedAddress, datetime],
) -> None:
    address, now = case
    assert address.requested_at
    for moment in (after_reading(address, now), after_failure(address, FeedAnswer(500), now)):
        assert address.requested_at + HOUR < moment <= now + DAY + SLACK
        if not address.is_conditional:
            assert moment > address.requested_at + DAY - SLACK


@given(addresses(), st.text(max_size=30) | st.integers(0, 10**12).map(str))
def test_a_host_that_names_a_time_is_not_polled_before_it_and_waits_at_most_a_week(
    case: tuple[FeedAddress, datetime], retry_after: str
) -> None:
    address, now = case
    moment = after_failure(address, FeedAnswer(429, retry_after=retry_after), now)
    assert now + HOUR - SLACK <= moment <= now + WEEK
    if retry_after.isascii() and retry_after.isdigit():
        assert moment >= now + min(timedelta(seconds=int(retry_after)), WEEK)


def test_a_feed_is_polled_four_times_in_its_usual_gap() -> None:
    for gap in (timedelta(hours=8), timedelta(days=1), timedelta(days=3)):
        rhythm = Rhythm(gaps=(int(gap.total_seconds()),) * 3)
        interval = after_reading(replace(ADDRESS, rhythm=rhythm), NOW) - NOW
        assert gap / 4 * 0.9 <= interval <= gap / 4 * 1.1


def test_a_feed_that_falls_silent_is_polled_ever_less() -> None:
    silences = [timedelta(hours=n) for n in (1, 8, 24, 48, 200)]
    intervals = [after_reading(replace(ADDRESS, news_at=NOW - silence), NOW) - NOW for silence in silences]
    assert intervals == sorted(intervals)
    assert intervals[0] <= HOUR + SLACK
    assert intervals[-1] == DAY


def test_addresses_with_one_rhythm_are_not_all_polled_at_one_moment() -> None:
    rhythm = Rhythm(gaps=(86_400,))
    polls = {after_reading(replace(ADDRESS, id=n, rhythm=rhythm), NOW) for n in range(200)}
    assert len(polls) > 190
    assert max(polls) - min(polls) > timedelta(hours=1)


def test_wishes_are_heeded_up_to_a_day() -> None:
    assert after_reading(replace(ADDRESS, rhythm=Rhythm(ttl=300)), NOW) == NOW + timedelta(hours=5)
    assert after_reading(replace(ADDRESS, rhythm=Rhythm(max_age=7200)), NOW) == NOW + timedelta(hours=2)
    assert after_reading(replace(ADDRESS, rhythm=Rhythm(ttl=60 * 24 * 365)), NOW) == NOW + DAY


def test_days_that_the_feed_skips_are_not_polled_unless_that_is_longer_than_a_day() -> None:
    friday = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    address = replace(ADDRESS, requested_at=friday, news_at=friday)
    saturday = after_reading(replace(address, rhythm=Rhythm(skip_days=(5,))), friday)
    assert datetime(2026, 11, 29, tzinfo=UTC) <= saturday or saturday == friday + DAY
    assert after_reading(replace(address, rhythm=Rhythm(skip_days=(5, 6))), friday) == friday + DAY
    evening = friday.replace(hour=23, minute=59)
    one = after_reading(replace(address, requested_at=evening, rhythm=Rhythm(skip_days=(5,))), evening)
    assert one.weekday() != 5 or one == evening + DAY


def test_arxiv_is_polled_hourly_until_its_batch_of_the_day_is_there_and_then_at_its_next_announcement() -> None:
    arxiv = replace(ADDRESS, url="https://rss.arxiv.org/rss/cs.CL")
    midnight = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)  # 00:00 in New York
    now = midnight + timedelta(minutes=30)
    late = replace(arxiv, requested_at=now, news_at=midnight - timedelta(hours=23))
    assert now + HOUR < after_reading(late, now) <= now + HOUR + SLACK
    read = replace(arxiv, requested_at=now, news_at=now)
    assert midnight + DAY <= after_reading(read, now) <= min(midnight + DAY + timedelta(minutes=40), now + DAY)


def test_arxivs_announcement_follows_daylight_saving_in_new_york() -> None:
    now = datetime(2026, 7, 1, 4, 10, tzinfo=UTC)
    arxiv = replace(ADDRESS, url="http://export.arxiv.org/rss/cs.CL", requested_at=now, news_at=now)
    assert after_reading(arxiv, now) >= datetime(2026, 7, 2, 4, 0, tzinfo=UTC)


def test_failures_are_polled_ever_later_up_to_a_day() -> None:
    waits = [after_failure(replace(ADDRESS, failures=n), FeedAnswer(500), NOW) - NOW for n in range(1, 9)]
    assert waits == sorted(waits)
    assert waits[0] <= 1.1 * HOUR
    assert 1.8 * HOUR <= waits[1] <= 2.2 * HOUR
    assert waits[-1] == DAY


def test_a_request_without_validators_is_made_once_a_day() -> None:
    whole = replace(ADDRESS, etag=None, unconditional_at=NOW)
    assert timedelta(0) <= earliest(whole, NOW) - (NOW + DAY) < SLACK
    assert timedelta(0) <= earliest(replace(whole, last_modified="x"), NOW) - (NOW + HOUR) < SLACK
    assert earliest(FeedAddress(1, "a", "a", NOW), NOW) == NOW


def test_a_clock_that_ran_ahead_costs_a_day_at_most() -> None:
    ahead = replace(ADDRESS, etag=None, requested_at=NOW + timedelta(days=900), unconditional_at=NOW + 2 * DAY)
    assert earliest(ahead, NOW) <= NOW + DAY + SLACK


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("9" * 30, 7 * 86_400),
        ("Wed, 25 Nov 2026 13:00:00 GMT", 3600),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 7 * 86_400),
        ("soon", None),
        ("-5", None),
        ("１２", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: int | None) -> None:
    moment = retry_moment(header, NOW)
    assert (None if moment is None else (moment - NOW).total_seconds()) == seconds


def test_a_rhythm_remembers_the_last_gaps_and_what_the_answer_wishes() -> None:
    document = FeedDocument("A", "RSS 2.0", (), ttl=60, skip_days=(6,))
    address = replace(ADDRESS, news_at=NOW - timedelta(hours=3), rhythm=Rhythm(gaps=tuple(range(1, 9))))
    rhythm = rhythm_after(address, FeedAnswer(200, document, max_age=90), NOW, is_news=True)
    assert rhythm == Rhythm((2, 3, 4, 5, 6, 7, 8, 10_800), 60, 90, (6,))
    kept = rhythm_after(replace(address, rhythm=rhythm), FeedAnswer(304), NOW, is_news=False)
    assert (kept.gaps, kept.ttl, kept.max_age, kept.skip_days) == (rhythm.gaps, 60, None, (6,))
    assert usual_gap(Rhythm((1, 2))) is None
    assert usual_gap(Rhythm((1, 2, 9))) == timedelta(seconds=2)
