"""Feeds at the prompt: nothing is saved before it was seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from bot.app import App, open_app
from bot.config import Config
from bot.domain.feed_filter import FeedFilter
from bot.store import candidates, feeds
from tests.doubles.web import Web
from tests.platforms.console.test_shell import typed
from tests.platforms.feeds import golden_feeds


class Place(NamedTuple):
    app: App
    address: str
    web: Web

    async def typed(self, *lines: str) -> str:
        return (await typed(self.app, *lines)).removeprefix(await typed(self.app))

    async def filters(self) -> dict[str, FeedFilter]:
        return {each.name: each.filter for each in await self.app.services.feeds.management.all(1)}


@pytest.fixture
async def place(config: Config) -> AsyncIterator[Place]:
    async with golden_feeds() as (web, address, sources):
        settings = Config.model_validate(config.model_dump() | {"sources": sources})
        async with open_app(settings) as app:
            yield Place(app, address, web)


async def test_a_feed_is_added_after_a_look_and_listed(place: Place) -> None:
    printed = await place.typed(f"/feed add {place.address}/arxiv.xml", "y", "/feed list")
    assert "4件のうち、候補になるのは2件、外れるのは2件" in printed
    assert "「cs.CL」を追加しました。" in printed
    assert "● cs.CL" in printed
    assert "受信箱に入れました" in printed
    assert "条件: なし（すべて候補になります）" in printed
    assert await place.filters() == {"cs.CL": FeedFilter()}


async def test_a_feed_that_was_added_after_a_look_was_requested_once(place: Place) -> None:
    await place.typed(f"/feed add {place.address}/arxiv.xml", "y")
    await place.app.services.feeds.polling.poll_due()
    assert [request.path for request in place.web.asked] == ["/arxiv.xml"]
    async with place.app.database.read() as connection:
        assert len(await candidates.waiting(connection, 1)) == 2


async def test_its_filter_can_be_changed_before_it_is_added(place: Place) -> None:
    answers = ("n", "y", "lab", "diffusion, (a OR b) -c", "survey", "", "", "y")
    printed = await place.typed(f"/feed add {place.address}/arxiv.xml", *answers)
    assert "候補になるのは1件" in printed
    assert await place.filters() == {"lab": FeedFilter(("diffusion", "(a OR b) -c"), ("survey",))}


async def test_an_end_or_a_no_adds_nothing(place: Place) -> None:
    assert "保存しませんでした。" in await place.typed(f"/feed add {place.address}/arxiv.xml", "n", "n")
    await place.typed(f"/feed add {place.address}/arxiv.xml")
    assert await place.filters() == {}


async def test_a_wrong_rule_is_asked_again(place: Place) -> None:
    async with place.app.database.write() as connection:
        await feeds.add(connection, 1, "cs.CL", f"{place.address}/arxiv.xml", FeedFilter(), place.app.clock())
    printed = await place.typed("/feed edit cs.CL", "(a", "a", "", "", "", "y")
    assert "括弧が閉じていません" in printed
    assert "まだ一度も読み込んでいないため" in printed
    assert await place.filters() == {"cs.CL": FeedFilter(("a",))}


async def test_a_feed_is_tried_paused_resumed_and_removed(place: Place) -> None:
    await place.typed(f"/feed add {place.address}/arxiv.xml", "y")
    assert "候補になるのは2件" in await place.typed("/feed test cs.CL")
    assert "/feed resume" in await place.typed("/feed pause cs.CL")
    assert "一時停止中" in await place.typed("/feed")
    assert "再開しました" in await place.typed("/feed resume cs.CL")
    assert "削除しませんでした" in await place.typed("/feed remove cs.CL", "n")
    assert "「cs.CL」を削除しました。" in await place.typed("/feed remove cs.CL", "y")
    assert "/feed add" in await place.typed("/feed list")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/feed subscribe", "pause、resumeのどれか"),
        ("/feed add", "/feed add https://"),
        ("/feed remove", "/feed remove cs.CL"),
        ("/feed pause nobody", "フィードはまだありません"),
        ("/feed add cs.CL", "https://"),
    ],
)
async def test_what_cannot_be_done_is_one_sentence(place: Place, line: str, says: str) -> None:
    assert says in await place.typed(line)
