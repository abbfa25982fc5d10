"""Slack's rich text blocks as HTML."""

from __future__ import annotations

from html import escape
from typing import Any

from pictures.slack.mrkdwn import with_emoji

_STYLES = {"bold": "b", "italic": "i", "strike": "s", "code": "code"}


def rich_text_html(block: dict[str, Any]) -> str:
    """Return a rich text block's content. Raises ValueError for an unknown element."""
    return "".join(_part(part) for part in block["elements"])


def _part(part: dict[str, Any]) -> str:
    match part["type"]:
        case "rich_text_section":
            return f"<div>{_spans(part)}</div>"
        case "rich_text_quote":
            return f"<blockquote>{_spans(part)}</blockquote>"
        case "rich_text_preformatted":
            return f"<pre>{_spans(part)}</pre>"
        case "rich_text_list":
            tag = "ol" if part["style"] == "ordered" else "ul"
            start = f' start="{part.get("offset", 0) + 1}"' if tag == "ol" else ""
            items = "".join(f"<li>{_spans(item)}</li>" for item in part["elements"])
            return f'<{tag}{start} class="indent-{part.get("indent", 0)}">{items}</{tag}>'
        case kind:
            raise ValueError(f"Slack has no rich text of type {kind!r}")


def _spans(part: dict[str, Any]) -> str:
    return "".join(_span(span) for span in part["elements"])


def _span(span: dict[str, Any]) -> str:
    match span["type"]:
        case "text":
            html = escape(span["text"])
        case "link":
            html = f'<a href="{escape(span["url"])}">{escape(span.get("text") or span["url"])}</a>'
        case "emoji":
            html = with_emoji(f":{span['name']}:")
        case "user":
            html = '<span class="mention">@みどり</span>'
        case "channel":
            html = '<span class="mention">#論文</span>'
        case kind:
            raise ValueError(f"Slack has no rich text of type {kind!r}")
    for style, is_set in span.get("style", {}).items():
        html = f"<{_STYLES[style]}>{html}</{_STYLES[style]}>" if is_set else html
    return html
