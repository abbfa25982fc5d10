"""A picture of Slack shows mrkdwn as Slack does: marks obeyed, marks left as they are, and nothing as HTML."""

from __future__ import annotations

import pytest

from pictures.slack.mrkdwn import text_html, to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*太字*", "<b>太字</b>"),
        ("_斜体_ ~取り消し~ `code`", "<i>斜体</i> <s>取り消し</s> <code>code</code>"),
        ("*_両方_*", "<b><i>両方</i></b>"),
        ("*<https://a.example/b_c|見出し「X」>*", '<b><a href="https://a.example/b_c">見出し「X」</a></b>'),
        (
            "<https://a.example/?x=1&amp;y=2>",
            '<a href="https://a.example/?x=1&amp;y=2">https://a.example/?x=1&amp;y=2</a>',
        ),
        ("前\n> 一行目\n> 二行目\n後", "前\n<blockquote>一行目\n二行目</blockquote>後"),
        ("&gt; 打った引用", "<blockquote>打った引用</blockquote>"),
        ("```a *b* &lt;```", "<pre>a *b* &lt;</pre>"),
        ("`*a*`", "<code>*a*</code>"),
        (":mailbox: 届きました", "📫 届きました"),
        ("<@U123> さんが <#C123> に", None),
        ("<!here>", '<span class="mention">@here</span>'),
        ("<!date^1705881600^{date} {time}|2024-01-22>", "<time>2024年1月22日 9:00</time>"),
        ("<!date^1705881600^{date_long}|2024-01-22>", "<time>2024年1月22日月曜日</time>"),
        ("<!date^1704240000^{ago}|2024-01-03>", "<time>19日前</time>"),
        ("https://a.example/b.", '<a href="https://a.example/b">https://a.example/b</a>.'),
    ],
)
def test_marks_are_obeyed(text: str, html: str | None) -> None:
    people = '<span class="mention">@みどり</span> さんが <span class="mention">#論文</span> に'
    assert to_html(text) == (html or people)


@pytest.mark.parametrize(
    "text",
    [
        "これは*太字*です",
        "「*太字*」",
        "*太字*。",
        "📮*太字*",
        "2*3*4",
        "* 一つ * 二つ",
        "**二つ**",
        "snake_case_name",
        "a`b`c",
        "10:30:20",
    ],
)
def test_marks_that_touch_letters_or_full_width_signs_stay_as_they_are(text: str) -> None:
    assert to_html(text) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("&lt;b&gt; &amp;amp; &quot;", "&lt;b&gt; &amp;amp; &amp;quot;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<https://a.example|&lt;i&gt;>", '<a href="https://a.example">&lt;i&gt;</a>'),
        ('<https://a.example/"onclick="x|a>', '<a href="https://a.example/&quot;onclick=&quot;x">a</a>'),
        ("`&lt;`", "<code>&lt;</code>"),
    ],
)
def test_text_never_becomes_html(text: str, html: str) -> None:
    assert to_html(text) == html


def test_verbatim_text_has_no_links_of_its_own_making() -> None:
    assert text_html({"type": "mrkdwn", "text": "https://a.example", "verbatim": True}) == "https://a.example"


def test_plain_text_has_emoji_and_no_marks() -> None:
    assert text_html({"type": "plain_text", "text": "*a* <b> :mailbox:"}) == "*a* &lt;b&gt; 📫"
    assert text_html({"type": "plain_text", "text": ":mailbox:", "emoji": False}) == ":mailbox:"


def test_a_text_of_an_unknown_type_is_an_error() -> None:
    with pytest.raises(ValueError, match="'markdown'"):
        text_html({"type": "markdown", "text": "**a**"})
