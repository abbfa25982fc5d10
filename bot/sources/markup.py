"""Makes plain text of what sources send: tags, character references, charsets and reversed names."""

from __future__ import annotations

import html
import re

from bot.domain.charsets import codec_of, declared_codec, undeclared_codec

_TAG = re.compile(r"<[/!?]?[a-zA-Z][^<>]{0,2000}>")
_BREAK = re.compile(r"<(?:/(?:jats:)?p|br\s*/?|/(?:jats:)?title)>", re.IGNORECASE)
_HEADING = re.compile(r"\s*+(?:abstract|summary|要旨|概要|抄録)[^\S\n]*+[:.：]?[^\S\n]*+\n", re.IGNORECASE)
_NO_CHARACTER = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")  # `html.unescape` fails at 4,300 digits
_WRAP = re.compile(r"(?<!\n)\n(?!\n)[ \t]*")
_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|inc|ltd|llc|co|corp|gmbh|ph\.?d|md)\.?", re.IGNORECASE)


def plain(markup: str) -> str:
    """Return the text of HTML, MathML or JATS, without tags and without a heading "Abstract"."""
    text = unescaped(_TAG.sub("", _BREAK.sub("\n", markup))).strip()
    heading = _HEADING.match(text)
    return text[heading.end() :] if heading else text


def unescaped(text: str) -> str:
    """Return the text with its character references replaced; invalid ones become �."""
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))


def unwrapped(text: str) -> str:
    """Return the text without hard line wraps; empty lines stay."""
    return _WRAP.sub(" ", text.strip())


def decoded(body: bytes, charset: str | None) -> str:
    """Return a page's text, decoded by byte order mark, the server's charset, the page's charset, or its bytes."""
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:].decode("utf-8", "replace")
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    codec = codec_of(charset or "") or declared_codec(body) or undeclared_codec(body) or "utf-8"
    return body.decode(codec, "replace")


def person(name: str) -> str:
    """Return a name in spoken order: `Doe, Jane` is Jane Doe, and `山田, 太郎` is 山田 太郎."""
    parts = [part.strip() for part in plain(name).split(",")]
    if len(parts) != 2 or not all(parts) or _SUFFIX.fullmatch(parts[1]):
        return ", ".join(parts)
    return " ".join(parts if _ASIAN.search(name) else reversed(parts))


def several(names: list[str], most: int = 3) -> str | None:
    """Return the first few distinct names in one line, `A, B, C …`; None if there are none."""
    distinct_names = list(dict.fromkeys(" ".join(plain(name).split()) for name in names if name.strip()))
    return ", ".join(distinct_names[:most]) + (" …" if len(distinct_names) > most else "") or None
