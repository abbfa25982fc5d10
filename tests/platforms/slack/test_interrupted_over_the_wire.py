"""Delivered twice, pressed twice, closed, late, locked, restarted: a paper is saved once, and nothing typed is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from statistics import median
from time import monotonic
from typing import Any

import pytest

from bot.app import App
from bot.config import Config
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Person, SlackServer, View, text_of
from tests.locking import locked
from tests.platforms.slack.adding import LINK, LOOK, TYPED, add, ids_of, inputs, look_at, own_buttons, until_form
from tests.platforms.slack.conftest import Connected, configured
from tests.samples import paper
from tests.stores import execute

DOCKER = 10.0  # seconds until it kills what does not stop
PROMPT, AT_MOST = 0.1, 1.0  # seconds for an acknowledgement; at most, since other tests run on this machine too


@pytest.fixture
def settings(config: Config, server: SlackServer) -> Config:
    return configured(config, server, papers_file=str(STARTER))


async def quiet(server: SlackServer, seconds: float = 0.3) -> None:
    """Let whatever is under way happen."""
    await asyncio.sleep(seconds)


async def test_save_pressed_three_times_at_once_makes_one_paper_and_shows_it(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    look = await look_at(person, channel)
    shown = View(look.id, look.user, dict(look.content))
    await asyncio.gather(*(person.submit(shown) for _ in range(3)))
    await quiet(server)
    saved = await person.until_modal("保存", "Transformerの原論文", "追加: 佐藤")
    assert "保存しました。" in text_of(saved) or "これはもう保存されています。" in text_of(saved)
    assert len(await ids_of(app)) == 7


async def test_whatever_is_delivered_twice_happens_once_and_stays_as_it_is(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    form = await person.ask_modal(channel, f"/addpaper {LINK}")
    await server.sockets.repeat()
    await person.submit(form, **TYPED)
    await person.until_modal(LOOK)
    await server.sockets.repeat()
    look = await person.until_modal(LOOK)
    await person.submit(look)
    saved = await person.until_modal("保存しました。", "Transformerの原論文")
    await server.sockets.repeat()
    await quiet(server)
    assert "保存しました。" in text_of(saved)
    assert person.reads == []
    assert len(server.sent("views.open")) == 1
    assert len(await ids_of(app)) == 7
    await person.ask(channel, "/undo")
    await server.sockets.repeat()
    await quiet(server)
    assert len(person.reads) == 1
    assert len(await ids_of(app)) == 6


async def test_of_two_bots_on_one_token_one_opens_the_form_and_saves(
    connected: Callable[[], Connected], person: Person, channel: Channel, server: SlackServer
) -> None:
    async with connected() as app:
        await server.until(lambda: len(server.sockets.open) == 2)
        async with connected():
            await server.until(lambda: len(server.sockets.open) == 4)

            async def to_the_other() -> None:
                """Deliver what went to one bot to the other one too."""
                server.sockets.open.reverse()
                await server.sockets.repeat()
                server.sockets.open.reverse()
                await quiet(server)

            form = await person.ask_modal(channel, f"/addpaper {LINK}")
            await to_the_other()
            await person.submit(form, **TYPED)
            look = await person.until_modal(LOOK)
            await person.submit(look)
            await person.until_modal("保存しました。")
            await to_the_other()
            assert len(await ids_of(app)) == 7
            assert person.reads == []


async def test_a_form_that_cannot_be_opened_any_more_is_offered_with_a_button(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    server.views.patience = 0.0
    late = await person.ask(channel, f"/addpaper {LINK}")
    assert "フォームを開けます" in text_of(late)
    server.views.patience = 3.0
    await person.press(late, "フォームを開く")
    form = await until_form(person)
    assert inputs(form)["date"] == "2017-06"
    server.views.patience = 0.0
    assert "もう一度お試しください" in text_of(await person.ask(channel, "/addpaper"))


async def test_whom_slack_keeps_from_a_form_is_told_to_try_again(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    server.fault("views.open", error="internal_error")
    told = "Slackが internal_error を返しました。少し待ってから、もう一度お試しください。"
    assert text_of(await person.ask(channel, f"/addpaper {LINK}")) == told


async def test_who_closes_the_modal_meanwhile_gets_the_rest_as_messages(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    form = await person.ask_modal(channel, f"/addpaper {LINK}")
    server.fault("views.update", delay=0.3, times=None)
    await person.submit(form, **TYPED)
    person.close()
    await server.until(lambda: person.reads)
    look = person.reads[-1]
    assert LOOK in text_of(look)
    server.faults.clear()
    await person.press(look, "編集")
    form = await until_form(person)
    assert inputs(form)["comment"] == "すべてはここから。"
    await person.submit(form, comment="やはりここから。")
    await person.until_modal(LOOK, "やはりここから。")
    person.close()
    again = await person.press_for(look, "保存")
    assert again is look, "what this message shows was not what the form says now"
    assert LOOK in text_of(again) and "やはりここから。" in text_of(again)
    saved = await person.press_for(again, "保存")
    assert "保存しました。" in text_of(saved) and "やはりここから。" in text_of(saved)
    assert saved is look
    assert len(await ids_of(app)) == 7


async def test_who_closes_the_modal_after_save_is_told_and_has_the_paper(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    look = await look_at(person, channel)
    server.fault("views.update", delay=0.3)
    await person.submit(look)
    person.close()
    await server.until(lambda: person.reads)
    assert "保存しました。" in text_of(person.reads[-1])
    assert "1706.03762" in await ids_of(app)


async def test_who_closes_the_modal_before_the_form_comes_is_left_alone(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    asked = await person.ask_modal(channel, "/addpaper")
    server.fault("views.update", delay=0.2)
    await person.submit(asked, source=LINK)
    person.close()
    await quiet(server, 0.6)
    assert person.reads == []
    assert person.modal is None


async def test_a_form_that_the_bot_cannot_serve_comes_back_with_what_was_typed(
    app: App, person: Person, channel: Channel, database_url: str
) -> None:
    form = await person.ask_modal(channel, f"/addpaper {LINK}")
    execute(database_url, "DELETE FROM drafts")
    await person.submit(form, **TYPED | {"comment": "長い`感想` & <more>"})
    lost = await person.until_modal("この下書きはもう残っていません")
    assert own_buttons(lost) == ("プレビュー", "キャンセル")
    assert inputs(lost)["comment"] == "長い`感想` & <more>"
    assert inputs(lost)["headline"] == TYPED["headline"]
    await person.submit(lost)
    twice = await person.until_modal("この下書きはもう残っていません")
    assert text_of(twice).count("⚠️") == 1


async def test_who_is_too_fast_loses_nothing_that_was_typed(app: App, person: Person, channel: Channel) -> None:
    form = await person.ask_modal(channel, f"/addpaper {LINK}")
    app.services.rate_limit.spend("slack:U0PERSON01", 57.0)
    await person.submit(form, **TYPED)
    again = await person.until_modal("⚠️")
    assert inputs(again)["comment"] == TYPED["comment"]


async def test_a_save_that_waits_for_the_database_is_done_when_it_is_free(
    app: App, person: Person, channel: Channel, server: SlackServer, database_url: str
) -> None:
    look = await look_at(person, channel)
    other = server.person(2)
    async with locked(database_url) as end:
        await person.submit(look)
        form = await other.ask_modal(channel, "/addpaper 2001.08361")
        await other.submit(form, title="Scaling Laws")
        assert "RetNet" in text_of(await server.person(3).ask(channel, "/paper RetNet"))
        await person.until_modal("お待ちください")
        end.set()
    await person.until_modal("保存しました。")
    await other.submit(await other.until_modal(LOOK))
    await other.until_modal("保存しました。")
    assert {"1706.03762", "2001.08361"} <= set(await ids_of(app))
    assert max(server.sockets.seconds) < AT_MOST


async def test_who_waits_for_two_seconds_is_told_so_once_and_answered_in_the_end(
    app: App, person: Person, channel: Channel, server: SlackServer, database_url: str
) -> None:
    await add(person, channel)
    async with locked(database_url) as end:
        waiting = await person.ask(channel, "/undo")
        assert text_of(waiting) == "お待ちください…"
        await quiet(server)
        end.set()
        await server.until(lambda: len(person.reads) == 2)
    assert "取り消しました" in text_of(person.reads[-1])
    await quiet(server, 2.3)
    assert len(person.reads) == 2


async def test_a_save_that_the_database_refuses_is_told_and_can_be_repeated(
    app: App, person: Person, channel: Channel, database_url: str
) -> None:
    look = await look_at(person, channel)
    execute(database_url, "ALTER TABLE history RENAME TO lost")
    await person.submit(look)
    refused = await person.until_modal("データベースに書き込めませんでした", LOOK)
    assert own_buttons(refused)[0] == "保存"
    execute(database_url, "ALTER TABLE lost RENAME TO history")
    await person.submit(refused)
    await person.until_modal("保存しました。")


async def test_who_waits_when_the_bot_stops_is_told_and_keeps_the_form(
    connected: Callable[[], Connected], person: Person, channel: Channel, server: SlackServer, database_url: str
) -> None:
    async with connected():
        await server.until(lambda: len(server.sockets.open) == 2)
        form = await person.ask_modal(channel, f"/addpaper {LINK}")
        lock = locked(database_url)
        end = await lock.__aenter__()
        await person.submit(form, **TYPED)
        await person.until_modal("お待ちください")
        began = monotonic()
    seconds = monotonic() - began
    told = await person.until_modal("ボットを再起動しています")
    end.set()
    await lock.__aexit__(None, None, None)
    assert inputs(told)["comment"] == TYPED["comment"]
    assert seconds < DOCKER
    async with connected():
        await person.submit(told)
        await person.until_modal(LOOK)


async def test_who_asks_or_opens_their_home_just_before_the_bot_stops_is_answered(
    connected: Callable[[], Connected], person: Person, channel: Channel, server: SlackServer
) -> None:
    server.fault("users.info", delay=0.2, times=None)
    async with connected():
        await person.write(channel, "/paper RetNet")
    assert "RetNet" in text_of(person.reads[0])
    server.fault("users.info", delay=0.2, times=None)
    async with connected():
        await person.open_home()
    assert person.home


async def test_everything_is_acknowledged_at_once_beside_an_import(
    app: App, channel: Channel, server: SlackServer
) -> None:
    workspace, person = await app.services.workspaces.named("default"), server.person(2, is_admin=True)
    papers = [paper(n, title=f"Imported paper number {n}") for n in range(100, 3100)]
    server.sockets.seconds.clear()
    importing = asyncio.create_task(app.services.importer.run(workspace, papers, "花子"))
    times = 0
    while not importing.done() or times < 2:
        source = f"2001.{10000 + times}"
        await add(person, channel, source, title=f"Paper {source}")
        await person.ask(channel, "/undo")
        await person.ask_modal(channel, "/editpaper retnet")
        times += 1
    report: Any = await importing
    assert report
    assert median(server.sockets.seconds) < PROMPT
    assert max(server.sockets.seconds) < AT_MOST
