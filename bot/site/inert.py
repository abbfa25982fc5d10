"""Makes text and addresses of papers harmless on a page, whatever way they came into the collection."""

from __future__ import annotations

import json
import re

from markupsafe import Markup, escape

from bot.domain.identifiers import web_address

# Controls, lone surrogates, overrides of direction, invisible characters and what is no character.
_HARMFUL = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f"
)
_DISGUISING = re.compile(f"[{_HARMFUL}]")
_NOT_PLAIN = re.compile(f"[&<>\"'{_HARMFUL}]")
_SHORT = 200  # characters; so far one search is faster than what `escape` does
_IN_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def inert(text: str) -> str:
    """Return the text without characters that disguise it or that no file of text may contain."""
    return text if text.isascii() and text.isprintable() else _DISGUISING.sub("", text)


def escaped(text: str) -> str:
    """Return the text made inert, as HTML."""
    return text if len(text) < _SHORT and not _NOT_PLAIN.search(text) else escape(inert(text))


def address(url: str | None) -> str | None:
    """Return the address if a link may lead there; None for anything but http and https."""
    return web_address(url) if url else None


def json_block(value: object) -> Markup:
    """Return a value as JSON that cannot end the script element around it."""
    return Markup(inert(json.dumps(value, ensure_ascii=False)).translate(_IN_SCRIPT))
