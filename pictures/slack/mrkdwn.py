"""Slack's mrkdwn as HTML, with the places where Slack shows a mark literally instead of obeying it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import Any

from rich.emoji import Emoji

from pictures.moment import MOMENT, ZONE

# A mark that touches a letter, a digit or anything full-width is shown as it is, which Japanese text meets often.
_OUTSIDE = r"*~\w\u3001-\u303f\uff01-\uff60\U0001f000-\U0001faff"
_BLOCKS = re.compile(r"```(?P<code>.+?)```\n?|(?P<quote>(?:^(?:>|&gt;)[^\n]*(?:\n|\Z))+)", re.DOTALL | re.MULTILINE)
_QUOTE_MARK = re.compile(r"^(?:>|&gt;) ?", re.MULTILINE)
_INLINE = re.compile(
    rf"""<(?P<target>(?:https?|mailto):[^<>|\s]+)(?:\|(?P<label>[^<>]+))?>
    |<@(?P<person>[UW]\w+)(?:\|(?P<person_name>[^<>]+))?>
    |<\#(?P<channel>C\w+)(?:\|(?P<channel_name>[^<>]+))?>
    |<!(?P<group>here|channel|everyone)>
    |<!date\^(?P<moment>\d+)\^(?P<format>[^|<>^]+)(?:\^[^|<>]+)?\|[^<>]+>
    |(?P<address>https?://[^\s<>|]*[^\s<>|.,:;"')\]])
    |(?<![{_OUTSIDE}])(?:
        `(?P<code>[^`\n]+)`
        |(?P<mark>[*_~])(?![\s*_~]*(?P=mark))(?!\s)(?P<marked>(?:<[^<>\n]+>|[^<\n])+?)(?<!\s)(?P=mark)
    )(?![{_OUTSIDE}])""",
    re.VERBOSE,
)
_TAGS = {"*": "b", "_": "i", "~": "s"}
_DATES = {
    "{date_num}": "{0:%Y-%m-%d}",
    "{date}": "{0.year}年{0.month}月{0.day}日",
    "{date_short}": "{0.year}年{0.month}月{0.day}日",
    "{date_long}": "{0.year}年{0.month}月{0.day}日{1}曜日",
    "{time}": "{0.hour}:{0:%M}",
}
_SPANS = ((365, "年"), (30, "か月"), (1, "日"))


def text_html(text: dict[str, Any]) -> str:
    """Return a text object as HTML. Raises ValueError for an unknown type."""
    match text["type"]:
        case "mrkdwn":
            return to_html(text["text"], finds_addresses=not text.get("verbatim", False))
        case "plain_text":
            return escape(text["text"] if text.get("emoji") is False else with_emoji(text["text"]))
        case kind:
            raise ValueError(f"Slack has no text of type {kind!r}")


def to_html(text: str, *, finds_addresses: bool = True) -> str:
    """Return mrkdwn as HTML; the style sheet keeps its line ends. Addresses without marks become links if wanted."""
    parts, end = [], 0
    for match in _BLOCKS.finditer(text):
        parts.append(_inline(text[end : match.start()], finds_addresses))
        if match["code"]:
            parts.append(f"<pre>{_literal(match['code'].strip(chr(10)))}</pre>")
        else:
            quoted = _QUOTE_MARK.sub("", match["quote"].rstrip("\n"))
            parts.append(f"<blockquote>{_inline(quoted, finds_addresses)}</blockquote>")
        end = match.end()
    return "".join((*parts, _inline(text[end:], finds_addresses)))


def with_emoji(text: str) -> str:
    """Return the text with its `:names:` as emoji."""
    return Emoji.replace(text)


def _inline(text: str, finds_addresses: bool) -> str:
    parts, end = [], 0
    for match in _INLINE.finditer(text):
        parts += [_plain(text[end : match.start()]), _drawn(match, finds_addresses)]
        end = match.end()
    return "".join((*parts, _plain(text[end:])))


def _drawn(match: re.Match[str], finds_addresses: bool) -> str:
    if match["target"]:
        return _link(match["target"], _plain(match["label"]) if match["label"] else _literal(match["target"]))
    if match["address"]:
        return _link(match["address"], _literal(match["address"])) if finds_addresses else _literal(match["address"])
    if match["person"]:
        return f'<span class="mention">@{_plain(match["person_name"] or "みどり")}</span>'
    if match["channel"]:
        return f'<span class="mention">#{_plain(match["channel_name"] or "論文")}</span>'
    if match["group"]:
        return f'<span class="mention">@{match["group"]}</span>'
    if match["moment"]:
        return f"<time>{_moment(int(match['moment']), match['format'])}</time>"
    if match["code"]:
        return f"<code>{_literal(match['code'])}</code>"
    tag = _TAGS[match["mark"]]
    return f"<{tag}>{_inline(match['marked'], finds_addresses)}</{tag}>"


def _link(target: str, label: str) -> str:
    return f'<a href="{_literal(target)}">{label}</a>'


def _moment(seconds: int, pattern: str) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    local, days = moment.astimezone(ZONE), (MOMENT - moment).days
    ago = next((f"{days // length}{unit}前" for length, unit in _SPANS if days >= length), "数分前")
    for token, form in _DATES.items():
        pattern = pattern.replace(token, form.format(local, "月火水木金土日"[local.weekday()]))
    return _plain(pattern.replace("{ago}", ago))


def _plain(text: str) -> str:
    return with_emoji(_literal(text))


def _literal(text: str) -> str:
    """Return text as HTML that shows it: Slack knows three escapes and no others."""
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, character)
    return escape(text)
