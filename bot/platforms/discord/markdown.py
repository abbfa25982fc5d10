"""Escapes text from outside for Discord: no formatting, no mentions, no disguised links."""

from __future__ import annotations

import re

from bot.domain.text import escaped_within

# An address is not escaped, or it would break; it ends before any character that could format or mention.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9./?=&%_#:;,+~!@-]+")
_ACTIVE = re.compile(r"[\\*_~`|\[\]<>@]")
_LINE_START = re.compile(r"^([^\S\n]*+)([#>+-]|\d++(?=[.)]))", re.MULTILINE)
_BRACKETS = str.maketrans({"(": "%28", ")": "%29"})


def escape(text: str) -> str:
    """Return the text with a backslash before everything that Discord would interpret."""
    parts, end = [], 0
    for address in _ADDRESS.finditer(text):
        parts += [_ACTIVE.sub(r"\\\g<0>", text[end : address.start()]), address[0]]
        end = address.end()
    escaped = "".join((*parts, _ACTIVE.sub(r"\\\g<0>", text[end:])))
    return _LINE_START.sub(_literal_start, escaped)


def escape_within(text: str, limit: int) -> str:
    """Return the escaped text, clipped so that it has at most `limit` code points."""
    return escaped_within(text, limit, escape, 1)


def quote(escaped: str) -> str:
    """Return escaped text as a block quote."""
    return "\n".join(f"> {line}" for line in escaped.split("\n"))


def link(label: str, url: str) -> str:
    """Return a named link without a preview; the label is escaped here."""
    return f"[{escape(label)}](<{inner_address(url)}>)"


def inner_address(url: str) -> str:
    """Return an address for the brackets of a link, which Discord would end at the first closing bracket."""
    return url.translate(_BRACKETS)


def _literal_start(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}\\" if match[2].isdigit() else f"{match[1]}\\{match[2]}"
