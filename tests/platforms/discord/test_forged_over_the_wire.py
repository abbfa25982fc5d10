"""Requests that no client of Discord's would send get one sentence in the sender's language, and change nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.collection import all_papers
from tests.doubles.discord import Channel, DiscordServer, Guild, Member, Permission, Reply
from tests.doubles.discord.interactions import COMMAND, COMPONENT, SUBMIT
from tests.doubles.discord.models import Message
from tests.platforms.discord.conftest import StartBot, answered

LINK = "https://arxiv.org/abs/1706.03762"
UNKNOWN = "このボタンやメニューはもう使えません。何も変更していません。もう一度コマンドを使ってください。"
NO_NUMBER = "ここで使える番号ではありません"
FORGED = {
    "dayori:accept:99999999999999999999999": NO_NUMBER,
    f"dayori:accept:{2**63 - 1}": "受信箱に候補9223372036854775807はありません",
    "dayori:accept:abc": NO_NUMBER,
    "dayori:accept:１２": NO_NUMBER,
    "dayori:reject:-1": NO_NUMBER,
    "dayori:reject:99999999999999999999999": NO_NUMBER,
    "dayori:change:abc": NO_NUMBER,
    "dayori:page:99999999999999999999999:": NO_NUMBER,
    f"dayori:page:{2**63 - 1}:retnet": "「retnet」の検索結果",
    "dayori:page:-1:retnet": NO_NUMBER,
    "dayori:page:abc": UNKNOWN,
    "dayori:waiting:99999999999999999999999": NO_NUMBER,
    "dayori:waiting:a": NO_NUMBER,
    "dayori:remove:nobody": "「nobody」の論文はありません",
    "dayori:show:nobody": "「nobody」の論文はありません",
    "dayori:save:forged": "この下書きはもう残っていません",
    "dayori:save:forged.mark": "この下書きはもう残っていません",
    "dayori:apart:forged": "この下書きはもう残っていません",
    "dayori:overwrite:forged.mark.yesterday": UNKNOWN,
    "dayori:edit:forged": "この下書きはもう残っていません",
    "dayori:cancel:forged": "この下書きはもう残っていません",
    "dayori:link:forged": "この下書きはもう残っていません",
    "dayori:save:": UNKNOWN,
    "dayori:save": UNKNOWN,
    "dayori:": UNKNOWN,
    "dayori:nothing:1": UNKNOWN,
    "dayori:save:a\nb": UNKNOWN,
}


async def press(
    server: DiscordServer, person: Member, card: Reply, custom_id: str, kind: int = 2, **more: Any
) -> Reply:
    """Press a button that the bot never made, on one of its messages."""
    assert card.message is not None
    control: dict[str, Any] = {"type": kind, "custom_id": custom_id, "id": 2}
    control |= {"style": 1, "label": "x"} if kind == 2 else {"options": [{"label": "a", "value": "a"}]}
    message: Message = replace(card.message, components=[{"type": 1, "id": 1, "components": [control]}])
    part = {"custom_id": custom_id, "component_type": kind, "id": 2} | more
    return await answered(await server.forge(person, message.channel, COMPONENT, part, message=message, locale="ja"))


async def test_a_forged_button_gets_a_sentence_and_changes_nothing(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    async with start() as (app, _):
        card = await server.slash(curator, general, "paper", query="retnet", locale="ja")
        answers = {custom_id: (await press(server, curator, card, custom_id)).content for custom_id in FORGED}
        workspace = await app.services.workspaces.named("default")
        history = await app.services.library.history(workspace)
    assert {custom_id: text for custom_id, text in answers.items() if FORGED[custom_id] not in text} == {}
    sentences = [text.removesuffix("\n受信箱は空です。") for text in answers.values()]
    assert all("\n" not in text and "問題が起きました" not in text for text in sentences)
    assert {change.action for change, _ in history} == {"import"}
    assert caplog.records == []


@pytest.mark.parametrize("values", [{}, {"values": []}, {"values": ["a", "b"]}, {"values": None}])
async def test_a_menu_without_a_choice_gets_a_sentence(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, values: dict[str, Any]
) -> None:
    async with start():
        card = await server.slash(curator, general, "paper", query="retnet", locale="ja")
        answers = [
            (await press(server, curator, card, name, kind=3, **values)).content
            for name in ("dayori:pick", "dayori:which")
        ]
    assert answers == [UNKNOWN, UNKNOWN]


async def test_a_press_whose_message_or_button_is_missing_gets_a_sentence(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    async with start():
        card = await server.slash(curator, general, "paper", query="retnet", locale="ja")
        part = {"custom_id": "dayori:save:x", "component_type": 2, "id": 9}
        bare = await server.forge(curator, general, COMPONENT, part, locale="ja")
        other = await server.forge(curator, general, COMPONENT, part, message=card.message, locale="ja")
    assert bare.content == other.content == UNKNOWN


def _row(name: str | None, value: Any) -> dict[str, Any]:
    return {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": name, "value": value}}


@pytest.mark.parametrize(
    "components",
    [
        [_row("title", None)],
        [_row("title", 5)],
        [_row(None, "x")],
        [],
        [None],
        [{"type": 18, "id": 1}],
        [{"type": 18, "id": 1, "component": None}],
        [{"type": 1, "id": 1, "components": []}],
        [{"type": 18, "id": 1, "component": {"type": 4, "id": 2}}],
    ],
)
async def test_a_form_that_cannot_be_read_gets_a_sentence_and_changes_nothing(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel, components: list[Any]
) -> None:
    async with start() as (_, client):
        form = await server.slash(curator, general, "addpaper", source=LINK, locale="ja")
        assert form.modal is not None
        part = {"custom_id": form.modal.custom_id, "components": components}
        answer = await answered(await server.forge(curator, general, SUBMIT, part, locale="ja"))
        look = await answered(await server.submit(curator, form.modal, {"title": "Attention"}))
        assert client.is_ready()
    assert answer.content == "フォームの内容を読み取れませんでした。何も変更していません。もう一度開いてください。"
    assert "保存" in look.controls


async def test_a_form_of_nothing_gets_a_sentence(
    server: DiscordServer, start: StartBot, curator: Member, general: Channel
) -> None:
    part = {"custom_id": "somebody:else", "components": [_row("title", "x")]}
    async with start():
        answer = await server.forge(curator, general, SUBMIT, part, locale="ja")
    assert answer.content == UNKNOWN


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("undo", [{"name": "change", "type": 4, "value": 2**70}]),
        ("undo", [{"name": "change", "type": 4, "value": -1}]),
        ("undo", [{"name": "change", "type": 4, "value": "abc"}]),
        ("undo", [{"name": "nothing", "type": 3, "value": "abc"}]),
        ("editpaper", []),
        ("editpaper", [{"name": "paper", "type": 4, "value": 5}]),
        ("editpaper", [{"name": "paper", "type": 3, "value": None}]),
        ("editpaper", [{"name": "paper", "type": 3}]),
        ("paper", [{"name": "query", "type": 3, "value": {}}]),
        ("export", [{"name": "format", "type": 3, "value": "exe"}]),
        ("papers", [{"name": "year", "type": 4, "value": 2**70}]),
        ("nothing", []),
        ("digest", []),
        ("digest", [{"name": "nothing", "type": 1, "options": []}]),
    ],
)
async def test_a_command_in_an_unknown_form_gets_a_sentence_and_changes_nothing(
    server: DiscordServer,
    start: StartBot,
    guild: Guild,
    general: Channel,
    name: str,
    options: list[Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    curator = guild.member("花子", permissions=Permission.MANAGE_GUILD)
    part = {"id": "1", "name": name, "type": 1, "options": options}
    async with start() as (app, _):
        answer = await answered(await server.forge(curator, general, COMMAND, part, locale="ja"))
        workspace = await app.services.workspaces.named("default")
        history = await app.services.library.history(workspace)
    assert "\n" not in answer.content
    assert "問題が起きました" not in answer.content
    assert answer.content
    assert {change.action for change, _ in history} == {"import"}
    assert caplog.records == []


async def test_another_persons_choice_of_links_is_refused_in_words(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start():
        question = await server.context_menu(
            reader, general.say(reader, f"{LINK} https://example.org/x"), "Add to papers", locale="ja"
        )
        card = await server.slash(curator, general, "paper", query="retnet", locale="ja")
        token = question.components[0]["components"][0]["options"][0]["value"]
        answer = await press(server, curator, card, "dayori:which", kind=3, values=[token])
    assert answer.content.startswith("これはほかの人の下書きです")


async def test_another_persons_draft_is_refused_in_words(
    server: DiscordServer, start: StartBot, curator: Member, reader: Member, general: Channel
) -> None:
    async with start() as (app, _):
        form = await server.slash(reader, general, "addpaper", source=LINK, locale="ja")
        look = await answered(await server.submit(reader, form.modal, {"title": "Attention"}))
        names = [each["custom_id"] for row in look.components for each in row["components"]]
        card = await server.slash(curator, general, "paper", query="retnet", locale="ja")
        answers = [(await press(server, curator, card, name)).content for name in names]
        assert form.modal is not None
        part = {"custom_id": form.modal.custom_id, "components": [_row("title", "奪った")]}
        answers.append((await answered(await server.forge(curator, general, SUBMIT, part, locale="ja"))).content)
        saved = await server.click(reader, look, "保存")
        workspace = await app.services.workspaces.named("default")
        titles = [paper.title for paper in await all_papers(app.services.lookup, workspace)]
    assert [text.split("。")[0] for text in answers] == ["これはほかの人の下書きです"] * 4
    assert saved.content == "保存しました。"
    assert "Attention" in titles
    assert "奪った" not in titles


CHANNEL = {"name": "channel", "type": 7, "value": "1"}
SUBSCRIPTION = [{"name": "subscribe", "type": 1, "options": [CHANNEL, {"name": "schedule", "type": 3, "value": "月"}]}]


@pytest.mark.parametrize(
    "part",
    [
        {"name": "digest", "type": 1, "options": SUBSCRIPTION},
        {"name": "digest", "type": 1, "options": SUBSCRIPTION, "resolved": {"channels": {"1": {"id": "1"}}}},
        {"name": "digest", "type": 1, "options": SUBSCRIPTION, "resolved": {"channels": {"1": None}}},
        {"name": "digest", "type": 1, "options": SUBSCRIPTION, "resolved": {"channels": []}},
        {"name": "digest", "type": 1, "options": SUBSCRIPTION, "resolved": {"members": {"1": {}}}},
        {"name": "paper", "type": 1, "options": [{"type": 3, "value": "x"}]},
        {"name": "paper", "type": 1, "options": [None]},
        {"name": "paper", "type": 1, "options": {}, "resolved": {"roles": {"a": {}}}},
        {"name": "paper", "type": 7, "options": []},
        {"name": "Add to papers", "type": 3},
        {"name": "Add to papers", "type": 3, "target_id": "1"},
        {"name": "Add to papers", "type": 3, "target_id": "1", "resolved": {"messages": {"1": {}}}},
        {"name": "Add to papers", "type": 3, "target_id": "a", "resolved": {"messages": {"1": {"id": "1"}}}},
    ],
)
async def test_a_command_that_was_sent_incompletely_gets_a_sentence_and_no_traceback(
    server: DiscordServer,
    start: StartBot,
    curator: Member,
    general: Channel,
    part: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with start() as (_, client):
        answer = await answered(await server.forge(curator, general, COMMAND, {"id": "1"} | part, locale="ja"))
        assert client.is_ready()
    assert answer.content == "コマンドの内容を読み取れませんでした。もう一度お試しください。"
    assert caplog.records == []
    assert "Traceback" not in capsys.readouterr().err
