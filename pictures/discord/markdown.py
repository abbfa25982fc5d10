"""Discord's Markdown as HTML, so that a picture shows a payload like Discord would."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

# Like Discord's rules: a block includes its line end, and a backslash is hidden only before a mark.
_BLOCKS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(#{1,3}) +([^\n]+)(?:\n|$)"), lambda m: f"<h{len(m[1])}>{_inline(m[2])}</h{len(m[1])}>"),
    (re.compile(r"-# +([^\n]+)(?:\n|$)"), lambda m: f"<small>{_inline(m[1])}</small>"),
    (re.compile(r"(?:> [^\n]*(?:\n|$))+"), lambda m: _quote(m[0])),
    (re.compile(r"(?:\d+\. [^\n]+(?:\n|$))+"), lambda m: _ordered(m[0])),
    (re.compile(r"[^\n]*(?:\n|$)"), lambda m: _inline(m[0])),
)
_INLINE = re.compile(
    r"""\\(?P<literal>[^0-9A-Za-z\s])
    |\[(?P<label>(?:\\.|[^\]\\])+)\]\((?P<target><https?://[^\s>]+>|https?://[^\s)]+)\)
    |<\#(?P<channel>[^>\s]+)>
    |<t:(?P<moment>\d+)(?::[tTdDfFR])?>
    |(?P<address>https?://[^\s<]*[^\s<.,:;"')\]])
    |(?P<mark>\*\*|__|~~|\|\||[*_`])(?P<marked>.+?)(?P=mark)""",
    re.VERBOSE | re.DOTALL,
)
_TAGS = {
    "**": "discord-bold",
    "__": "discord-underlined",
    "~~": "s",
    "||": "discord-spoiler",
    "*": "discord-italic",
    "_": "discord-italic",
    "`": "discord-inline-code",
}


def to_html(text: str) -> str:
    """Return the Markdown of a message or a description as HTML; the style sheet keeps its line ends."""
    parts, at = [], 0
    while at < len(text):
        match, draw = next((match, draw) for rule, draw in _BLOCKS if (match := rule.match(text, at)))
        parts.append(draw(match))
        at = match.end()
    return "".join(parts)


def to_plain(text: str) -> str:
    """Return the visible text of escaped Markdown, such as a title's."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


def _quote(lines: str) -> str:
    inner = "\n".join(line[2:] for line in lines.rstrip("\n").split("\n"))
    return f"<discord-quote><div>{_inline(inner)}</div></discord-quote>"


def _ordered(lines: str) -> str:
    numbered = [line.split(". ", 1) for line in lines.rstrip("\n").split("\n")]
    items = "".join(f"<li>{_inline(text)}</li>" for _, text in numbered)
    return f'<ol start="{numbered[0][0]}">{items}</ol>'


def _inline(text: str) -> str:
    parts, end = [], 0
    for match in _INLINE.finditer(text):
        parts += [escape(text[end : match.start()]), _drawn(match)]
        end = match.end()
    return "".join((*parts, escape(text[end:])))


def _drawn(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "literal":
            return escape(match["literal"])
        case "target":
            return f'<a href="{escape(match["target"].strip("<>"))}">{_inline(match["label"])}</a>'
        case "channel":
            return f'<discord-mention type="channel">{escape(match["channel"])}</discord-mention>'
        case "moment":
            return f"<time>{datetime.fromtimestamp(int(match['moment']), UTC):%Y/%m/%d %H:%M}</time>"
        case "address":
            return f'<a href="{escape(match["address"])}">{escape(match["address"])}</a>'
        case _:
            tag = _TAGS[match["mark"]]
            return f"<{tag}>{_inline(match['marked'])}</{tag}>"
