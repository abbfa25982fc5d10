"""A feed's silence always has a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.feed import Feed
from bot.domain.feed_address import FeedAddress, Rhythm, Status
from bot.domain.feed_filter import FeedFilter
from bot.domain.feed_state import status_of
from bot.i18n import msg

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)
FEED = Feed(1, 1, 1, "cl", "https://lab.example/feed", FeedFilter(), NOW - 30 * DAY)
READ = FeedAddress(1, FEED.url, "lab.example", NOW, read_at=NOW, news_at=NOW - timedelta(hours=2))
DAILY = Rhythm(gaps=(86_400,) * 4)


@pytest.mark.parametrize(
    ("changes", "state", "says"),
    [
        ({}, "fresh", "new entries"),
        ({"read_at": None, "news_at": None}, "quiet", "not polled yet"),
        ({"news_at": NOW - 3 * DAY}, "quiet", "not known yet"),
        ({"news_at": NOW - 3 * DAY, "rhythm": DAILY}, "quiet", "usual for it"),
        ({"news_at": NOW - 9 * DAY, "rhythm": DAILY}, "stale", "for 9 days; usually something comes every 1 days"),
        ({"news_at": NOW - 61 * DAY}, "stale", "for 61 days"),
        ({"news_at": NOW - 20 * DAY, "rhythm": Rhythm(gaps=(7 * 86_400,) * 3)}, "quiet", "usual for it"),
        ({"failing_since": NOW - DAY, "trouble": msg("x is out of order (500).")}, "failing", "out of order"),
        ({"stopped_at": NOW - DAY, "failing_since": NOW - DAY}, "stopped", "gone for good"),
        ({"status": Status("stale", NOW, msg("Yesterday's batch."))}, "stale", "Yesterday's batch"),
    ],
)
def test_a_state_follows_from_what_is_known_of_the_address(changes: dict[str, Any], state: str, says: str) -> None:
    status = status_of(FEED, replace(READ, **changes), NOW)
    assert status.state == state
    assert says in status.reason.text("en")
    assert status.since <= NOW


def test_a_paused_feed_is_paused_whatever_its_address_does() -> None:
    paused = replace(FEED, paused_at=NOW - DAY)
    status = status_of(paused, replace(READ, failing_since=NOW, stopped_at=NOW), NOW)
    assert (status.state, status.since) == ("paused", NOW - DAY)


def test_on_a_weekend_arxiv_and_feeds_that_skip_it_are_quiet() -> None:
    sunday = datetime(2026, 11, 29, 12, tzinfo=UTC)
    friday = sunday - 2 * DAY
    arxiv = replace(READ, url="https://rss.arxiv.org/rss/cs.CL", news_at=friday)
    for address in (arxiv, replace(READ, news_at=friday, rhythm=Rhythm(skip_days=(5, 6)))):
        status = status_of(FEED, address, sunday)
        assert (status.state, status.since) == ("quiet", friday)
        assert "weekends" in status.reason.text("en")


def test_a_filter_that_lets_nothing_through_is_the_reason_of_a_silence() -> None:
    status = status_of(FEED, READ, NOW, passes=False)
    assert status.state == "quiet"
    assert "filter" in status.reason.text("en")
