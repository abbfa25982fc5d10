"""Escapes text from outside for Slack's mrkdwn: no mentions, no channel links, no disguised links."""

from __future__ import annotations

import re
from datetime import datetime

from bot.domain.text import escaped_within

# All that Slack's documentation says to escape: a mention, a broadcast or a link needs a bare `<`.
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_TYPED_LINK = re.compile(r"<(https?://[^<>|]+)(?:\|[^<>]*)?>")
_ADDRESS = str.maketrans({"&": "&amp;", "<": "%3C", ">": "%3E", "|": "%7C", " ": "%20"})


def escape(text: str) -> str:
    """Return the text escaped, so that Slack shows it literally."""
    return text.translate(_ESCAPED)


def escape_within(text: str, limit: int) -> str:
    """Return the escaped text, clipped so that it has at most `limit` code points."""
    return escaped_within(text, limit, escape, 4)


def link(label: str, url: str) -> str:
    """Return a named link; the label must be escaped."""
    return f"<{url.translate(_ADDRESS)}|{label}>"


def link_within(label: str, url: str | None, limit: int) -> str:
    """Return a named link whose address has at most that many characters once it is escaped, else only its label."""
    return link(label, url) if url and len(url.translate(_ADDRESS)) <= limit else label


def bold(escaped: str) -> str:
    """Return escaped text as a bold line."""
    return f"*{escaped}*"


def strike(escaped: str) -> str:
    """Return an escaped line struck through; a tilde in it would end the stroke."""
    return f"~{escaped.replace('~', '〜')}~"


def channel(address: str) -> str:
    """Return the name of a channel (`slack:<team id>/<channel id>`), linked, for whoever may see it."""
    return f"<#{address.rpartition('/')[2]}>"


def quote(escaped: str) -> str:
    """Return escaped text as a block quote."""
    return "\n".join(f"> {line}" for line in escaped.split("\n"))


def unescape(text: str) -> str:
    """Return what somebody typed: Slack writes links as `<url>` or `<url|shown>`, and `&amp;` for `&`.

    Channels and people stay as they are (`<#C0123|papers>`), since only so they have an id.
    """
    return _TYPED_LINK.sub(r"\1", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def day(moment: datetime) -> str:
    """Return a day that Slack shows in the reader's language and timezone."""
    return _date(moment, "{date_long}", f"{moment:%Y-%m-%d}")


def day_and_time(moment: datetime) -> str:
    """Return a day and time that Slack shows in the reader's language and timezone."""
    return _date(moment, "{date_long} {time}", f"{moment:%Y-%m-%d %H:%M} UTC")


def ago(moment: datetime) -> str:
    """Return how long ago that was, as Slack counts it when the text is read, in the reader's language."""
    return _date(moment, "{ago}", f"{moment:%Y-%m-%d}")


def _date(moment: datetime, form: str, fallback: str) -> str:
    return f"<!date^{int(moment.timestamp())}^{form}|{fallback}>"
