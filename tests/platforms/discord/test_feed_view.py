"""A list of as many feeds as there may be is whole, within Discord's limits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.feed import Feed
from bot.domain.feed_address import Status
from bot.domain.feed_filter import FeedFilter
from bot.i18n import msg
from bot.platforms.discord.feed_view import list_embeds
from bot.services.feeds.drafts import MOST_FEEDS
from bot.services.feeds.statuses import FeedStatus
from bot.store.feed_days import DayCounts
from tests.doubles.discord import violations_of

WHEN = datetime(2026, 11, 27, tzinfo=UTC)


def status(n: int, size: int) -> FeedStatus:
    feed = Feed(
        n, 1, n, f"{n:03}" + "*" * size, f"https://lab.example/{n}/" + "x" * 4 * size, FeedFilter(("_" * 90,) * 9), WHEN
    )
    trouble = msg("{source} cannot be reached.", source="x" * 250)
    return FeedStatus(feed, Status("failing", WHEN, trouble), WHEN, DayCounts(10**6, 10**6, 10**5, 10**5, 10**4, 10**4))


@pytest.mark.parametrize("size", [0, 77])
@pytest.mark.parametrize("count", [1, 10, 11, MOST_FEEDS])
def test_every_feed_is_listed(count: int, size: int) -> None:
    embeds = list_embeds([status(n, size) for n in range(count)], WHEN, "ja")
    text = "\n".join(embed["description"] for embed in embeds)
    assert [n for n in range(count) if f"**{n:03}" not in text] == []
    for embed in embeds:
        message = {"content": "", "embeds": [embed], "allowed_mentions": {"parse": []}}
        assert violations_of("POST", "/channels/1/messages", message) == []
