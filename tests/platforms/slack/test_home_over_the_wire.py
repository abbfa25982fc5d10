"""App Home: what it shows to whom, and that it stays true."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import App
from bot.config import Config
from bot.domain.draft import Draft
from bot.domain.paper import Link, Paper
from bot.platforms.slack.registry import ACTIONS
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.submitter import Submitter
from bot.services.ports import Connection
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Person, SlackServer, text_of
from tests.platforms.slack.conftest import configured, running
from tests.samples import paper


@pytest.fixture
def setup() -> dict[str, str]:
    return {"papers_file": str(STARTER)}


@pytest.fixture
def settings(config: Config, server: SlackServer, setup: dict[str, str]) -> Config:
    return configured(config, server, **setup)


@pytest.fixture
async def bot(settings: Config, server: SlackServer) -> AsyncIterator[tuple[App, Connection]]:
    async with running(settings, server) as bot:
        yield bot


@pytest.fixture
def app(bot: tuple[App, Connection]) -> App:
    return bot[0]


@pytest.fixture
def connection(bot: tuple[App, Connection]) -> Connection:
    return bot[1]


@pytest.fixture
def curator(server: SlackServer) -> Person:
    return server.person(2, name="鈴木", is_admin=True)


async def subscribe(app: App, channel: Channel) -> None:
    await app.services.digests.subscribe(1, SubscriptionRequest("weekly", channel.address, "mon 09:00", (), "ja"))


async def send_edition(app: App, connection: Connection) -> None:
    """Compose an edition and wait until it has arrived."""
    subscription = await app.services.digests.by_name(1, "weekly")
    await app.services.digests.compose_now(1, "weekly")
    connection.deliver()
    while not ((last := await app.services.digests.last_edition(subscription)) and last.done_at):
        await connection.update_messages()


async def propose(app: App, proposed: Paper, person: Person) -> None:
    submitter = Submitter(person.name, f"slack:{person.id}", "ja", is_curator=False)
    await app.services.submission.add(1, Draft(source="2401.00001"), proposed, submitter, allow_same_title=True)


async def opened(person: Person, *texts: str) -> dict[str, Any]:
    await person.open_home()
    return await person.until_home(*texts)


async def test_a_home_shows_the_latest_edition_whose_papers_open(
    app: App, connection: Connection, person: Person, channel: Channel
) -> None:
    await subscribe(app, channel)
    await send_edition(app, connection)
    home = await opened(person, "最新号（第1号）", "RetNet", f"<#{channel.id}>", "次号")
    await person.press(home, "open")
    card = await person.until_modal("arXiv", "PDF")
    assert "みんなに見せる" not in text_of(card)  # there is no channel to show it in


async def test_before_the_first_edition_a_home_shows_what_was_added_last(app: App, person: Person) -> None:
    home = await opened(person, "最近追加された論文", "/dayori digest subscribe")
    assert sum("accessory" in block for block in home["blocks"]) == 5


@pytest.mark.parametrize("setup", [{"papers_file": ""}])
async def test_an_empty_collection_says_what_to_do_first(app: App, person: Person, server: SlackServer) -> None:
    assert "まだ論文がありません" in text_of(await opened(person, "/dayori addpaper", "/dayori digest subscribe"))
    english = await opened(server.person(3, locale="en-US"), "This is how to begin")
    assert [block["type"] for block in english["blocks"]] == ["header", "actions", "divider", "section", "section"]


async def test_the_search_opens_its_results_and_all_papers_are_a_button_away(app: App, person: Person) -> None:
    for n in range(10):
        await app.services.library.add(1, paper(n), None)
    home = await opened(person)
    await person.enter(home, "find", "レトネット")
    await person.until_modal("RetNet", "2307.08621")
    await person.enter(home, "find", "")
    await person.until_modal("すべての論文")
    person.server.views.modals.clear()
    await person.press(home, "すべての論文")
    modal = await person.until_modal("すべての論文")
    await person.press(modal, "page.on")
    await person.until_modal("11〜")


async def test_only_the_home_tab_publishes(app: App, person: Person, server: SlackServer, channel: Channel) -> None:
    await person.open_home("messages")
    await person.ask(channel, "/paper RetNet")
    assert server.sent("views.publish") == []


async def test_what_somebody_added_can_be_opened_by_them_and_edited_by_a_curator(
    app: App, person: Person, curator: Person
) -> None:
    for n in range(7):
        await app.services.library.add(1, paper(n), "佐藤", actor=f"slack:{person.id}")
        await app.services.library.add(1, paper(n + 10), "鈴木", actor=f"slack:{curator.id}")
    await app.services.library.remove(1, "paper-6", None)
    mine, theirs = await opened(person, "自分が追加した論文"), await opened(curator, "自分が追加した論文")
    assert "5番目の論文" in text_of(mine)
    assert "佐藤さんが追加" in text_of(mine)
    assert "|6番目の論文" not in text_of(mine)
    assert "16番目の論文" in text_of(theirs)
    assert "編集" not in json.dumps(mine, ensure_ascii=False)
    assert json.dumps(theirs, ensure_ascii=False).count("編集") == 5
    await curator.press(theirs, "編集")
    await curator.until_modal("16番目の論文")


async def test_a_paper_is_added_from_a_home(app: App, person: Person) -> None:
    await person.press(await opened(person), "論文を追加")
    await person.until_modal("リンク")


@pytest.mark.parametrize("setup", [{"additions": "curators"}])
async def test_proposals_wait_for_their_proposer_and_for_curators(app: App, person: Person, curator: Person) -> None:
    await propose(app, paper(1), person)
    mine, theirs = await opened(person, "採否を待っている自分の提案（1件）"), await opened(curator)
    assert "1番目の論文" in text_of(mine)
    assert "受信箱" not in text_of(mine)
    assert "受信箱（1件）" in text_of(theirs)
    assert "1番目の論文" not in text_of(theirs)
    await curator.press(theirs, "受信箱")
    shown = await curator.until_modal("1番目の論文", "採用")
    await curator.press(shown, "accept")
    await curator.until_home("1番目の論文")
    await person.server.until(lambda: "採否を待っている" not in text_of(person.home))
    await person.until_home("自分が追加した論文", "1番目の論文")
    assert "受信箱" not in text_of(curator.home)
    assert "自分が追加した論文" not in text_of(curator.home)


async def test_a_home_stays_true_whoever_changes_something_wherever(
    app: App, connection: Connection, person: Person, curator: Person, server: SlackServer, channel: Channel
) -> None:
    await opened(person)
    await opened(curator)
    await app.services.library.add(1, paper(1), "花子", actor="discord:1")
    await connection.update_messages()  # as the runner does within seconds of a change
    await person.until_home("1番目の論文")
    await curator.until_home("1番目の論文")
    await app.services.library.remove(1, "paper-1", "花子", actor="discord:1")
    await person.ask(channel, "/paper RetNet")
    await server.until(lambda: "1番目の論文" not in text_of(person.home))


async def test_a_home_is_published_again_only_when_its_content_changed(
    app: App, connection: Connection, person: Person, curator: Person, server: SlackServer, channel: Channel
) -> None:
    await opened(person)
    await opened(curator)
    for _ in range(3):
        await person.ask(channel, "/paper RetNet")
        await connection.update_messages()
    await app.services.library.edit(1, "retnet", None, lambda old: old)
    await app.services.library.add(1, paper(1), "佐藤", actor=f"slack:{person.id}")
    await connection.update_messages()
    await person.until_home("自分が追加した論文")
    await curator.until_home("1番目の論文")
    assert len(server.sent("views.publish")) == 4


async def test_a_home_that_was_opened_before_the_last_start_works_and_is_brought_up_to_date(
    settings: Config, person: Person, server: SlackServer
) -> None:
    async with running(settings, server):
        home = await opened(person)
    async with running(settings, server) as (app, _):
        await app.services.library.add(1, paper(1), None)
        await person.press(home, "open")
        await person.until_modal("arXiv")
        await person.until_home("1番目の論文")


async def test_an_answer_does_not_wait_for_homes(
    app: App, connection: Connection, person: Person, server: SlackServer, channel: Channel
) -> None:
    await opened(person)
    await app.services.library.add(1, paper(1), None)
    server.fault("views.publish", delay=2.0)
    await connection.update_messages()
    await server.until(lambda: len(server.sent("views.publish")) == 2)
    assert "RetNet" in text_of(await person.ask(channel, "/paper RetNet"))
    assert "1番目の論文" not in text_of(person.home)


async def test_a_home_that_slack_refuses_breaks_nothing(
    app: App, connection: Connection, person: Person, server: SlackServer, channel: Channel
) -> None:
    server.fault("views.publish", error="not_enabled")
    with capture_logs() as lines:
        await person.open_home()
        async with asyncio.timeout(30):
            while "an event was not served" not in [line["event"] for line in lines]:
                await asyncio.sleep(0.01)
    await opened(person)
    server.fault("views.publish", drop=True)
    await app.services.library.add(1, paper(1), None)
    await connection.update_messages()
    await server.until(lambda: len(server.sent("views.publish")) == 3)
    await connection.update_messages()
    await person.until_home("1番目の論文")


@pytest.mark.parametrize("setup", [{"additions": "curators"}])
async def test_a_home_keeps_slacks_limits_for_any_collection(
    app: App, connection: Connection, curator: Person, server: SlackServer
) -> None:
    for n in range(60):
        hostile = paper(
            n,
            title="<!channel> *x* `y` <@U1>" * 20,
            headline="<https://evil.example|arXiv> & <!here>" * 12,
            comment="<@U0PERSON01> & " * 600,
            links=[Link("https://a.example/" + "x" * 1900, "<!everyone>")] * 3,
        )
        if n < 30:
            await app.services.library.add(1, hostile, "<!channel> *花子*" * 40, actor=f"slack:{curator.id}")
        else:
            await propose(app, hostile, curator)
    for n in range(20):
        request = SubscriptionRequest(f"weekly{n}", server.channel(n).address, "mon 09:00", (), "ja")
        await app.services.digests.subscribe(1, request)
    home = await opened(curator, "自分が追加した論文", "（30件）")
    assert len(home["blocks"]) <= 100


async def test_every_button_of_a_home_is_served(
    app: App, connection: Connection, curator: Person, channel: Channel
) -> None:
    await subscribe(app, channel)
    await app.services.library.add(1, paper(1), "鈴木", actor=f"slack:{curator.id}")
    home = await opened(curator)
    elements = [
        element
        for block in home["blocks"]
        for element in (*block.get("elements", ()), block.get("accessory"), block.get("element"))
        if element and "action_id" in element
    ]
    assert {each["action_id"].partition(".")[0] for each in elements} <= ACTIONS.keys()
