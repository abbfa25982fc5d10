"""A Home keeps Slack's limits and mentions nobody, whatever the papers say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from bot.domain.candidate import Candidate
from bot.domain.digest import Subscription
from bot.domain.schedule import parse_schedule
from bot.i18n import LOCALES, Locale, msg
from bot.platforms.slack.context import Actor
from bot.platforms.slack.home_view import home_view
from bot.services.bundle import Services
from bot.services.digests.subscription_status import SubscriptionStatus
from bot.services.personal_pages import FrontPage, PersonalPage
from bot.store.editions import DeliveredEdition
from tests.doubles.slack.blocks import view_problems
from tests.platforms.papers import random_papers
from tests.platforms.slack.conftest import NAMES

AT = datetime(2026, 11, 27, tzinfo=UTC)
EDITION = DeliveredEdition(12, "slack:T0DOUBLE01/C0DOUBLE01", AT, (1,))


def person(locale: Locale, *, is_curator: bool) -> Actor:
    return Actor(
        services=cast(Services, None),
        workspace=1,
        locale=locale,
        name="佐藤",
        id="slack:U1",
        is_curator=is_curator,
        team="T0DOUBLE01",
        user="U1",
        zone=ZoneInfo("Asia/Tokyo"),
        names=NAMES,
    )


def status(reason: str) -> SubscriptionStatus:
    weekly, paused = parse_schedule("mon 09:00"), msg("It could not be reached: {reason}.", reason=reason)
    subscription = Subscription(1, 1, "weekly", EDITION.channel, weekly, (), "ja", AT, paused if reason else None, AT)
    return SubscriptionStatus(subscription, None, 3, AT)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("locale", LOCALES)
def test_any_collection_makes_a_home_that_slack_takes(seed: int, locale: Locale) -> None:
    papers = [replace(each, added_at=AT, added_by=each.title[:100]) for each in random_papers(4 * seed, seed)]
    edition = EDITION if papers and seed % 2 else None
    reasons = [each.title[:300] for each in papers]
    front = FrontPage(edition, tuple(papers), tuple(map(status, reasons)), len(papers))
    proposals = tuple(Candidate(n, {}, "佐藤", "slack:U1", AT, each) for n, each in enumerate(papers))
    view = home_view(PersonalPage(front, tuple(papers[:5]), proposals), person(locale, is_curator=seed % 3 > 0))
    assert view_problems(view, "home") == []
