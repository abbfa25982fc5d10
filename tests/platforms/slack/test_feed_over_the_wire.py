"""/feed on Slack: one modal from the form to what was added, which is what was shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from bot.app import App
from bot.config import Config
from bot.domain.feed_filter import FeedFilter
from tests.doubles.slack import Channel, Person, SlackServer, text_of
from tests.doubles.web import Web
from tests.platforms.feeds import golden_feeds
from tests.platforms.slack.conftest import Connected, configured


@pytest.fixture
async def place() -> AsyncIterator[tuple[Web, str, dict[str, object]]]:
    async with golden_feeds() as feeds:
        yield feeds


@pytest.fixture
def address(place: tuple[Web, str, dict[str, object]]) -> str:
    return place[1]


@pytest.fixture
def settings(config: Config, server: SlackServer, place: tuple[Web, str, dict[str, object]]) -> Config:
    return configured(config, server, sources=place[2])


@pytest.fixture
def curator(server: SlackServer) -> Person:
    return server.person(is_admin=True)


async def filters(app: App) -> dict[str, FeedFilter]:
    workspace = await app.services.workspaces.named("default")
    return {each.name: each.filter for each in await app.services.feeds.management.all(workspace)}


async def add(curator: Person, channel: Channel, url: str, **values: str) -> None:
    """Add a feed through its modal."""
    form = await curator.ask_modal(channel, f"/feed add {url}")
    await curator.submit(form, **values)
    await curator.submit(await curator.until_modal("候補になる"))
    await curator.until_modal("追加しました")


async def test_a_feed_is_looked_at_and_added_as_shown_in_one_modal(
    app: App, curator: Person, channel: Channel, address: str
) -> None:
    form = await curator.ask_modal(channel, f"/feed add <{address}/arxiv.xml>")
    assert form.blocks[0]["element"]["initial_value"] == f"{address}/arxiv.xml"
    refused = await curator.submit(form, include="(a", name="a b")
    assert "括弧が閉じていません" in refused.content["errors"]["include"]
    assert "80" in refused.content["errors"]["name"]
    await curator.submit(form, include="", name="", exclude="survey\nreview")
    look = await curator.until_modal("候補になるのは1件")
    assert "「cs.CL」として追加しますか？" in text_of(look)
    assert "Sleepy Diffusion: When $p&lt;q$ and Models Rest" in text_of(look)
    assert "除外の条件「survey」に当たる: 1" in text_of(look)
    assert await filters(app) == {}
    await curator.submit(look)
    await curator.until_modal("「cs.CL」を追加しました。")
    assert await filters(app) == {"cs.CL": FeedFilter(exclude=("survey", "review"))}
    listed = text_of(await curator.ask(channel, "/dayori フィード 一覧"))
    assert "🟢" in listed or "⚪" in listed
    assert "*cs.CL*" in listed
    assert "survey, review を除く" in listed


async def test_the_modal_works_after_a_restart_and_a_second_press_adds_nothing(
    connected: Callable[[], Connected], curator: Person, channel: Channel, address: str
) -> None:
    async with connected():
        form = await curator.ask_modal(channel, f"/feed add {address}/arxiv.xml")
        await curator.submit(form, name="lab")
        look = await curator.until_modal("候補になるのは2件")
    async with connected() as app:
        await curator.press(look, "編集")
        await curator.submit(await curator.until_modal("どれかを含む"), exclude="survey")
        newer = await curator.until_modal("候補になるのは1件")
    async with connected() as app:
        await curator.submit(newer)
        await curator.until_modal("「lab」を追加しました。")
        assert await filters(app) == {"lab": FeedFilter(exclude=("survey",))}


async def test_a_filter_is_changed_after_a_look_at_its_effect(
    app: App, curator: Person, channel: Channel, address: str
) -> None:
    await add(curator, channel, f"{address}/arxiv.xml")
    await app.services.feeds.polling.poll_due()
    form = await curator.ask_modal(channel, "/feed edit cs.CL")
    await curator.submit(form, exclude="survey", tags="cs.CL")
    effect = await curator.until_modal("直近の4件のうち")
    assert "これまでの条件では2件、新しい条件では1件" in text_of(effect)
    assert "候補から外れる: 1本" in text_of(effect)
    assert await filters(app) == {"cs.CL": FeedFilter()}
    await curator.submit(effect)
    await curator.until_modal("条件を保存しました。")
    assert await filters(app) == {"cs.CL": FeedFilter((), ("survey",), (), ("cs.CL",))}


async def test_what_goes_wrong_comes_back_in_the_form(
    app: App, curator: Person, channel: Channel, address: str
) -> None:
    form = await curator.ask_modal(channel, f"/feed add {address}/page.html")
    await curator.submit(form, exclude="survey")
    wrong = await curator.until_modal("ウェブページ")
    assert wrong.content["submit"]
    await curator.submit(wrong, url=f"{address}/arxiv.xml")
    await curator.until_modal("候補になるのは1件")


async def test_a_feed_is_tried_paused_resumed_and_removed_after_a_question(
    app: App, curator: Person, channel: Channel, address: str
) -> None:
    await add(curator, channel, f"{address}/arxiv.xml")
    assert "候補になるのは2件" in text_of(await curator.ask(channel, "/feed test cs.CL"))
    assert "候補になるのは2件" in text_of(await curator.ask(channel, f"/feed お試し <{address}/blog.xml>"))
    assert "/dayori feed resume" in text_of(await curator.ask(channel, "/feed pause cs.CL"))
    assert "一時停止中" in text_of(await curator.ask(channel, "/feed list cs.CL"))
    assert "再開しました" in text_of(await curator.ask(channel, "/feed resume cs.CL"))
    asked = await curator.ask(channel, "/feed remove cs.CL")
    assert "削除しますか" in text_of(asked)
    removed = await curator.press_for(asked, "削除")
    assert "「cs.CL」を削除しました。" in text_of(removed)
    assert await filters(app) == {}
    assert "/dayori feed add" in text_of(await curator.ask(channel, "/feed list"))


async def test_whoever_is_no_curator_changes_and_sees_nothing(
    app: App, channel: Channel, server: SlackServer, address: str
) -> None:
    reader = server.person(2)
    for line in (
        "",
        f" add {address}/arxiv.xml",
        " list",
        " test cs.CL",
        " edit cs.CL",
        " remove cs.CL",
        " pause cs.CL",
    ):
        assert "キュレーター" in text_of(await reader.ask(channel, f"/feed{line}"))
    assert await filters(app) == {}
