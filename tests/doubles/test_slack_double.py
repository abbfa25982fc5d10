"""The Slack double refuses the content that Slack refuses, and content that would mention somebody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.doubles.slack import SlackServer, response_problems, share
from tests.doubles.slack.blocks import problems_in

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def said(text: str, **more: bool) -> Json:
    return {"type": "mrkdwn", "text": text, **more}


def section(text: str = "text", **more: Any) -> Json:
    return {"type": "section", "text": said(text, verbatim=True), **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("押す"), "action_id": "press", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def options(n: int, text: int = 1, value: int = 3) -> list[Json]:
    return [{"text": plain("x" * text), "value": f"{k:0{value}}"} for k in range(n)]


def menu(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "choose", "options": options(3), **more}


def field(kind: str = "plain_text_input", **more: Any) -> Json:
    element = {"type": kind, "action_id": "write", **more.pop("element", {})}
    return {"type": "input", "label": plain("題名"), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("論文"), "blocks": list(blocks), **more}


MESSAGES: dict[str, list[Json]] = {
    "a section": [section("x" * 3000)],
    "fields": [{"type": "section", "fields": [said("x" * 2000)] * 2}],
    "a context": [{"type": "context", "elements": [said("x")] * 10}],
    "fifty": [section()] * 50,
    "a link": [section("<https://example.org/?a=1&amp;b|論文 #3 @ICML>")],
    "a quote": [section("> a\n> b")],
    "buttons": [actions(*(button(action_id=f"{n}", value="v" * 2000) for n in range(3)))],
    "a menu": [section(accessory=menu(options=options(40), initial_option=options(1)[0]))],
    "an overflow": [section(accessory={"type": "overflow", "action_id": "more", "options": options(5)})],
}
REFUSED: dict[str, list[Json]] = {
    "an unknown block": [{"type": "rich"}],
    "an unknown key": [section(color="red")],
    "an unknown key of an element": [actions(button(color="red"))],
    "no text": [{"type": "section"}],
    "an empty text": [section("")],
    "a blank text": [section(" \n")],
    "a long text": [section("x" * 3001)],
    "a text that is none": [{"type": "section", "text": "x"}],
    "a long header": [{"type": "header", "text": plain("x" * 151)}],
    "a header with markup": [{"type": "header", "text": said("x")}],
    "a long field": [{"type": "section", "fields": [said("x" * 2001)]}],
    "eleven fields": [{"type": "section", "fields": [said("x")] * 11}],
    "an empty context": [{"type": "context", "elements": []}],
    "eleven in a context": [{"type": "context", "elements": [said("x")] * 11}],
    "a long context": [{"type": "context", "elements": [said("x" * 3001)]}],
    "a button in a context": [{"type": "context", "elements": [button()]}],
    "fifty-one": [section()] * 51,
    "twenty-six buttons": [actions(*(button(action_id=f"{n}") for n in range(26)))],
    "one action twice": [actions(button(), button())],
    "one block id twice": [section(block_id="a"), section(block_id="a")],
    "a long block id": [section(block_id="x" * 256)],
    "an empty block id": [section(block_id="")],
    "a long action id": [actions(button(action_id="x" * 256))],
    "a long label": [actions(button(text=plain("x" * 76)))],
    "a long value": [actions(button(value="x" * 2001))],
    "a button's colour": [actions(button(style="blue"))],
    "a long confirmation": [
        actions(
            button(confirm={"title": plain("x" * 101), "text": plain("x"), "confirm": plain("x"), "deny": plain("x")})
        )
    ],
    "a menu without options": [actions(menu(options=[]))],
    "a menu with a hundred and one": [actions(menu(options=options(101)))],
    "a long option": [actions(menu(options=options(1, text=76)))],
    "a long option's value": [actions(menu(options=options(1, value=151)))],
    "two options of one value": [actions(menu(options=options(1) * 2))],
    "a first choice that is no option": [actions(menu(initial_option={"text": plain("x"), "value": "999"}))],
    "a long placeholder": [actions(menu(placeholder=plain("x" * 151)))],
    "six in an overflow": [section(accessory={"type": "overflow", "action_id": "more", "options": options(6)})],
    "a field in actions": [actions(field()["element"])],
    "too much in all": [section("x" * 2900) for _ in range(4)],
    "a broadcast": [section("<!channel>")],
    "a broadcast with a label": [section("<!here|here>")],
    "a mention": [section("<@U123>")],
    "a channel": [section("<#C1|general>")],
    "a group": [section("<!subteam^S1>")],
    "a bare bracket": [section("a < b")],
    "a bare ampersand": [section("a & b")],
    "a mail address": [section("<mailto:a@example.org|a>")],
    "a mention without verbatim": [{"type": "section", "text": said("@here")}],
    "a channel without verbatim": [{"type": "context", "elements": [said("see #general")]}],
}
BODIES: dict[str, Json] = {
    "nothing": {},
    "only space": {"text": " "},
    "a text that Slack splits": {"text": "x" * 4001},
    "a text that Slack cuts": {"text": "x" * 40_001, "blocks": [section()]},
    "a broadcast": {"text": "<!everyone>", "blocks": [section()]},
    "linked names": {"text": "@here", "link_names": True},
    "parsed names": {"text": "@here", "parse": "full"},
    "another metadata": {"text": "x", "metadata": {"event_type": "x"}},
    "a metadata's name": {"text": "x", "metadata": {"event_type": "x y", "event_payload": {}}},
    "a large metadata": {"text": "x", "metadata": {"event_type": "x", "event_payload": {"key": "x" * 8000}}},
}
INPUTS = [
    field(),
    field(optional=True, hint=plain("x"), element={"multiline": True, "max_length": 3000, "initial_value": "x" * 3000}),
    field("url_text_input"),
    field("external_select", element={"min_query_length": 0, "placeholder": plain("x")}),
    field("conversations_select", element={"default_to_current_conversation": True}),
    field("checkboxes", element={"options": options(10)}),
    field("multi_static_select", element={"options": options(100), "initial_options": options(3)}),
]
VIEWS: dict[str, Json] = {
    "inputs without submit": modal(field()),
    "a long title": modal(section(), title=plain("x" * 25)),
    "a long submit": modal(field(), submit=plain("x" * 25)),
    "a long close": modal(section(), close=plain("x" * 25)),
    "long private metadata": modal(section(), private_metadata="x" * 3001),
    "a long callback id": modal(section(), callback_id="x" * 256),
    "a long external id": modal(section(), external_id="x" * 256),
    "an unknown key": modal(section(), text="x"),
    "no title": {"type": "modal", "blocks": [section()]},
    "no blocks": modal(),
    "a hundred and one blocks": modal(*[section()] * 101),
    "a home in a modal": {"type": "home", "blocks": [section()]},
    "a long label": modal(field(label=plain("x" * 2001)), submit=plain("x")),
    "a long hint": modal(field(hint=plain("x" * 2001)), submit=plain("x")),
    "a long first text": modal(field(element={"initial_value": "x" * 3001}), submit=plain("x")),
    "a first text above its limit": modal(field(element={"initial_value": "xx", "max_length": 1}), submit=plain("x")),
    "a limit that is too high": modal(field(element={"max_length": 3001}), submit=plain("x")),
    "eleven boxes": modal(field("checkboxes", element={"options": options(11)}), submit=plain("x")),
    "a date that is none": modal(field("datepicker", element={"initial_date": "2023"}), submit=plain("x")),
    "two with the focus": modal(*(field(element={"focus_on_load": True}) for _ in "ab"), submit=plain("x")),
    "one block id twice": modal(section(block_id="a"), section(block_id="a")),
    "too large": modal(*(section("論" * 3000) for _ in range(40))),
}


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral", "chat.update"])
def test_what_slack_takes_is_taken(method: str) -> None:
    for blocks in MESSAGES.values():
        body = {"text": "x", "blocks": blocks}
        assert problems_in(method, body) == problems_in(method, {"text": "x", "blocks": json.dumps(blocks)}) == []
    assert problems_in(method, {"text": "> x\n<https://example.org|x>"}) == []
    for view in (modal(*INPUTS, submit=plain("送る")), modal(*[section()] * 100, private_metadata="x" * 3000)):
        assert problems_in("views.open", {"view": json.dumps(view)}) == []
    assert problems_in("views.publish", {"view": {"type": "home", "blocks": [section()] * 100}}) == []
    assert problems_in("conversations.history", {"channel": "C1"}) == []


@pytest.mark.parametrize("blocks", REFUSED.values(), ids=REFUSED)
def test_a_message_that_breaks_a_limit_or_mentions_somebody_is_refused_everywhere(blocks: list[Json]) -> None:
    body = {"text": "x", "blocks": blocks}
    for method in ("chat.postMessage", "chat.postEphemeral", "chat.update"):
        assert problems_in(method, body)
    assert problems_in("chat.unfurl", {"unfurls": json.dumps({"https://example.org": {"blocks": blocks}})})
    assert response_problems(body)


@pytest.mark.parametrize(
    "blocks", [blocks for name, blocks in REFUSED.items() if name not in ("fifty-one", "too much in all")]
)
def test_a_block_that_no_message_takes_no_view_takes(blocks: list[Json]) -> None:
    assert problems_in("views.open", {"view": modal(*blocks, submit=plain("x"))})
    assert problems_in("views.publish", {"view": {"type": "home", "blocks": blocks}})


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_message_is_more_than_its_blocks(body: Json) -> None:
    assert problems_in("chat.postMessage", body)


def test_an_update_takes_four_thousand_bytes_of_text() -> None:
    assert problems_in("chat.postMessage", {"text": "論" * 1334, "blocks": [section()]}) == []
    assert problems_in("chat.update", {"text": "論" * 1333, "blocks": [section()]}) == []
    assert problems_in("chat.update", {"text": "論" * 1334, "blocks": [section()]}) == ["msg_too_long"]


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_that_breaks_a_limit_is_refused_wherever_it_comes_from(view: Json) -> None:
    for method in ("views.open", "views.push", "views.update"):
        assert problems_in(method, {"view": view})
    assert response_problems({"response_action": "update", "view": view})


def test_what_acknowledges_an_envelope_is_checked() -> None:
    assert response_problems({}) == response_problems({"options": options(100)}) == []
    assert response_problems({"options": options(101)})
    assert response_problems({"options": options(1, text=76)})
    assert response_problems({"option_groups": [{"label": plain("x" * 76), "options": options(1)}]})
    assert response_problems({"response_action": "errors", "errors": {"title": "x"}}) == []
    assert response_problems({"response_action": "errors", "error": {"title": "x"}})
    assert response_problems({"response_action": "push", "view": modal(section())}) == []


async def test_the_double_answers_as_slack_does_and_remembers() -> None:
    async with SlackServer() as server, ClientSession() as session:
        body = {"channel": server.channel().id, "text": "x", "blocks": [section("<!channel>")]}
        headers = {"Authorization": f"Bearer {server.tokens['bot']}"}
        async with session.post(f"{server.api_url}chat.postMessage", json=body, headers=headers) as response:
            answer = await response.json()
    assert (answer["ok"], answer["error"]) == (False, "invalid_blocks")
    assert server.violations == answer["response_metadata"]["messages"]


async def answered(server: SlackServer, method: str, **body: Any) -> str:
    """Return the error that the double answers, empty if there is none."""
    headers = {"Authorization": f"Bearer {server.tokens['bot']}"}
    async with (
        ClientSession() as session,
        session.post(f"{server.api_url}{method}", json=body, headers=headers) as response,
    ):
        return str((await response.json()).get("error") or "")


async def test_a_link_is_unfurled_only_as_it_was_told_of() -> None:
    link, other = "https://arxiv.org/abs/2307.08621", "https://www.arxiv.org/abs/1"
    cards = {link: {"blocks": [section()]}}
    async with SlackServer() as server:
        channel = server.channel()
        shared = await share(server.person(), channel, link, "https://example.org/")
        event = shared.payload["event"]
        posted = {"channel": channel.id, "ts": event["message_ts"]}
        named = {"unfurl_id": event["unfurl_id"], "source": "conversations_history"}
        assert [each["url"] for each in event["links"]] == [link]
        for body, error in (
            (posted, "missing_unfurls"),
            ({"unfurls": cards}, "missing_channel"),
            ({"unfurls": cards, "channel": channel.id}, "missing_ts"),
            ({"unfurls": cards, "unfurl_id": "x"}, "missing_source"),
            ({"unfurls": cards, "source": "composer"}, "missing_unfurl_id"),
            ({"unfurls": cards, **named, "source": "elsewhere"}, "invalid_source"),
            ({"unfurls": cards, **named, "source": "composer"}, "invalid_unfurl_id"),
            ({"unfurls": cards, **posted, "channel": "C0NOWHERE1"}, "cannot_find_channel"),
            ({"unfurls": cards, **posted, "ts": "1.000001"}, "cannot_find_message"),
            ({"unfurls": {other: cards[link]}, **posted}, "cannot_unfurl_message"),
        ):
            assert await answered(server, "chat.unfurl", **body) == error
        server.blocked_domains = {"arxiv.org"}
        assert await answered(server, "chat.unfurl", unfurls=cards, **posted) == "cannot_unfurl_url"
        server.blocked_domains = set()
        for place in (posted, named, named):
            assert await answered(server, "chat.unfurl", unfurls=cards, **place) == ""
        assert shared.previews == cards


async def test_a_message_for_one_person_needs_that_person_and_the_bot_in_the_channel() -> None:
    async with SlackServer() as server:
        channel, person = server.channel(), server.person()
        body = {"channel": channel.id, "user": person.id, "text": "x"}
        assert await answered(server, "chat.postEphemeral", **body) == ""
        channel.absent = {person.id}
        assert await answered(server, "chat.postEphemeral", **body) == "user_not_in_channel"
        channel.is_member = False
        assert await answered(server, "chat.postEphemeral", **body) == "not_in_channel"
        assert await answered(server, "chat.postEphemeral", **body | {"channel": "C9"}) == "channel_not_found"
        assert len(person.reads) == 1


async def test_a_home_is_not_published_over_one_that_changed() -> None:
    async with SlackServer() as server:
        body: Json = {"user_id": server.person().id, "view": {"type": "home", "blocks": [section()]}}
        assert await answered(server, "views.publish", **body) == ""
        known = server.views.homes[body["user_id"]]["hash"]
        assert await answered(server, "views.publish", **body, hash=known) == ""
        assert await answered(server, "views.publish", **body, hash=known) == "hash_conflict"
