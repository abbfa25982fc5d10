"""The commands of one server see its own subscriptions only, and say what became of a posted edition."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.digest import Policy
from bot.domain.errors import InputError, NotFoundError
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.server_subscriptions import NOTHING_NEW, ServerSubscriptions
from bot.services.papers.library import Library
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakeRenderer
from tests.samples import paper

HERE, THERE = "discord:1/10", "discord:2/20"


@pytest.fixture
def subscriptions(digests: Digests, workspace: int) -> ServerSubscriptions:
    return ServerSubscriptions(digests, workspace, "discord:1")


async def test_another_servers_subscriptions_are_not_seen(
    subscriptions: ServerSubscriptions, digests: Digests, workspace: int
) -> None:
    other = ServerSubscriptions(digests, workspace, "discord:2")
    await other.subscribe(THERE, "papers", "mon 09:00", "", None, "ja")
    assert await subscriptions.all() == []
    with pytest.raises(NotFoundError):
        await subscriptions.unsubscribe("papers")
    with pytest.raises(NotFoundError):
        await subscriptions.only(HERE)


async def test_a_channels_own_subscription_is_meant_before_the_servers_others(
    subscriptions: ServerSubscriptions,
) -> None:
    await subscriptions.subscribe(HERE, "one", "mon 09:00", "", None, "ja")
    assert (await subscriptions.only("discord:1/99")).name == "one"
    await subscriptions.subscribe("discord:1/11", "two", "mon 09:00", "", None, "ja")
    assert (await subscriptions.only("discord:1/11")).name == "two"
    with pytest.raises(InputError, match="one, two"):
        await subscriptions.only("discord:1/99")


async def test_a_channel_that_subscribes_again_keeps_its_name_and_language(subscriptions: ServerSubscriptions) -> None:
    await subscriptions.subscribe(HERE, "papers", "mon 09:00", "", "en", "ja")
    again = await subscriptions.subscribe(HERE, "renamed", "tue 09:00", "rag, llm", None, "ja")
    assert (again.name, again.locale, again.tags) == ("papers", "en", ("rag", "llm"))


async def test_channels_that_subscribe_at_once_get_names_of_their_own(subscriptions: ServerSubscriptions) -> None:
    places = [*(f"discord:1/{n}" for n in range(10, 14)), HERE]
    await asyncio.gather(*(subscriptions.subscribe(each, "papers", "mon 09:00", "", None, "ja") for each in places))
    every = await subscriptions.all()
    assert sorted(each.channel for each in every) == sorted(set(places))
    assert {each.name for each in every} == {"papers", "papers-2", "papers-3", "papers-4"}


async def test_a_posted_edition_is_reported_with_its_channel(
    subscriptions: ServerSubscriptions, delivery: Delivery, digests: Digests, library: Library, workspace: int
) -> None:
    await library.add(workspace, paper(1), None)
    subscription = await subscriptions.subscribe(HERE, "papers", "mon 09:00", "", None, "ja")
    _, outcome = await subscriptions.post(subscription, digests.now(), delivery.deliver_open)
    assert outcome
    assert outcome.text("en") == "Posted in discord:1/10."


async def test_with_nothing_new_no_edition_is_posted(
    database: Database, policy: Policy, delivery: Delivery, workspace: int, clock: AdjustableClock
) -> None:
    digests = Digests(database, clock, policy._replace(when_empty="skip"), {"discord": FakeRenderer()})
    subscriptions = ServerSubscriptions(digests, workspace, "discord:1")
    subscription = await subscriptions.subscribe(HERE, "papers", "mon 09:00", "", None, "ja")
    _, outcome = await subscriptions.post(subscription, digests.now(), delivery.deliver_open)
    assert outcome == NOTHING_NEW
