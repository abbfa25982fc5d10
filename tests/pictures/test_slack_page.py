"""A picture of Slack shows every block and element that a payload has, or there is no picture."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pictures.slack.blocks import blocks_html
from pictures.slack.page import Post, channel, home, modal, thread

MRKDWN = {"type": "mrkdwn", "text": "*文* &lt;i&gt;"}
PLAIN = {"type": "plain_text", "text": "<文>"}
OPTIONS = [{"text": {"type": "plain_text", "text": text}, "value": text} for text in ("甲", "乙")]
BUTTON = {"type": "button", "text": PLAIN, "style": "danger"}
SECTION = {"type": "section", "text": MRKDWN}


def block_of(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": [element]}


def rich(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(parts)}


def span(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": style}]}


@pytest.mark.parametrize(
    ("block", "content"),
    [
        ({"type": "header", "text": PLAIN}, ["<h3>&lt;文&gt;</h3>"]),
        (SECTION, ["<b>文</b> &lt;i&gt;"]),
        ({"type": "section", "fields": [MRKDWN, PLAIN]}, ['class="fields"', "<b>文</b>", "&lt;文&gt;"]),
        ({**SECTION, "accessory": BUTTON}, ['class="accessory"', 'class="button danger">&lt;文&gt;']),
        (
            {
                "type": "context",
                "elements": [MRKDWN, {"type": "image", "image_url": "https://a.example", "alt_text": "絵"}],
            },
            ["<b>文</b>", '<img src="https://a.example" alt="絵">'],
        ),
        ({"type": "divider"}, ["<hr>"]),
        (
            {"type": "image", "image_url": "https://a.example", "alt_text": "絵", "title": PLAIN},
            ["&lt;文&gt;", 'alt="絵"'],
        ),
        (
            {
                "type": "input",
                "label": PLAIN,
                "hint": PLAIN,
                "optional": True,
                "element": {"type": "plain_text_input", "multiline": True, "placeholder": PLAIN},
            },
            [
                'class="label">&lt;文&gt;',
                "（任意）",
                'class="field area"><span class="placeholder">&lt;文&gt;',
                'class="hint">&lt;文&gt;',
            ],
        ),
        (rich(span("<太字>", bold=True, italic=False)), ["<div><b>&lt;太字&gt;</b></div>"]),
        (
            rich({"type": "rich_text_list", "style": "ordered", "offset": 2, "elements": [span("三")]}),
            ['<ol start="3" class="indent-0"><li>三</li></ol>'],
        ),
        (
            {
                "type": "table",
                "rows": [
                    [{"type": "raw_text", "text": "<題>"}, {"type": "raw_text", "text": "年"}],
                    [rich(span("中")), {"type": "raw_text", "text": "2024"}],
                ],
                "column_settings": [None, {"align": "right"}],
            },
            ['<th align="left">&lt;題&gt;</th><th align="right">年</th>', "<div>中</div>", "2024</td>"],
        ),
    ],
)
def test_each_block_shows_what_it_has(block: dict[str, Any], content: list[str]) -> None:
    html = blocks_html([block])
    assert [part for part in content if part not in html] == []


@pytest.mark.parametrize(
    ("element", "content"),
    [
        ({**BUTTON, "style": "primary"}, ["button primary", "&lt;文&gt;"]),
        ({"type": "overflow", "options": OPTIONS}, ["⋯"]),
        ({"type": "static_select", "options": OPTIONS, "placeholder": PLAIN}, ["placeholder", "&lt;文&gt;"]),
        ({"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[1]}, ["乙"]),
        ({"type": "external_select"}, ["項目を選択する"]),
        ({"type": "conversations_select", "placeholder": PLAIN}, ["placeholder", "&lt;文&gt;"]),
        ({"type": "conversations_select", "default_to_current_conversation": True}, ["# 論文"]),
        ({"type": "multi_static_select", "options": OPTIONS, "initial_options": OPTIONS}, ["甲", "乙"]),
        ({"type": "datepicker", "initial_date": "2024-01-22"}, ["2024-01-22"]),
        ({"type": "plain_text_input", "initial_value": "<値>"}, ["&lt;値&gt;"]),
        (
            {"type": "checkboxes", "options": OPTIONS, "initial_options": OPTIONS[:1]},
            ['check chosen"></span><span>甲', 'check"></span><span>乙'],
        ),
        (
            {"type": "radio_buttons", "options": OPTIONS, "initial_option": OPTIONS[1]},
            ['radio chosen"></span><span>乙'],
        ),
    ],
)
def test_each_element_shows_what_it_has(element: dict[str, Any], content: list[str]) -> None:
    html = blocks_html([block_of(element)])
    assert [part for part in content if part not in html] == []


@pytest.mark.parametrize(
    "block",
    [
        {"type": "video"},
        block_of({"type": "timepicker"}),
        {**SECTION, "accessory": {"type": "workflow_button"}},
        rich({"type": "rich_text_poem", "elements": []}),
        rich({"type": "rich_text_section", "elements": [{"type": "color", "value": "#fff"}]}),
        {"type": "table", "rows": [[{"type": "raw_number", "value": 1}]]},
    ],
)
def test_what_is_unknown_is_an_error(block: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Slack has no"):
        blocks_html([block])


def test_a_message_shows_who_wrote_it_who_sees_it_and_its_previews() -> None:
    post = Post({"text": "<https://a.example>"}, "9:00", is_by_person=True, unfurls=({"blocks": [SECTION]},))
    html = channel(
        [Post({"text": "代わり", "blocks": [SECTION]}, "9:05", is_private=True), post], theme="dark", is_phone=True
    )
    assert '<body class="dark phone"' in html
    assert html.index("あなただけに表示されています") < html.index("論文だより</b>") < html.index("みどり</b>")
    assert html.count('class="badge"') == html.count('class="private"') == html.count('class="unfurl"') == 1
    assert "代わり" not in html


def test_a_thread_counts_its_replies() -> None:
    said = Post({"blocks": [SECTION]}, "9:00")
    assert "2件の返信" in thread(said, [said, said])


def test_a_modal_has_a_title_and_its_buttons_and_a_home_its_tabs() -> None:
    texts = {name: {"type": "plain_text", "text": name} for name in ("title", "submit", "close")}
    html = modal({"type": "modal", **texts, "blocks": [SECTION]})
    assert re.findall(r'class="button ?(\w*)">(\w+)', html) == [("", "close"), ("primary", "submit")]
    assert "<footer>" not in modal({"title": texts["title"], "blocks": []})
    assert "<b>ホーム</b>" in home({"type": "home", "blocks": [SECTION]})
