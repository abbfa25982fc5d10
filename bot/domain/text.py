"""Text from outside made fit to keep and to show: cleaning and clipping."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Bidirectional overrides and invisible spaces can disguise what a text says; joiners stay, emoji and Indic scripts
# are spelled with them.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029\v\f]")
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*\n(?:[ \t\u3000]*\n)+")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_EXTENDS = {"Mn", "Me", "Mc"}
_WORD = re.compile(r"[A-Za-z0-9À-ɏ_'’\-]")


def clean(text: str) -> str:
    """Return text of several lines without control characters, disguises, lone surrogates or outer space."""
    if text.isprintable():  # most text by far is one line that hides nothing
        return unicodedata.normalize("NFC", text).strip()
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    return _BLANK_LINES.sub("\n\n", unicodedata.normalize("NFC", _CONTROLS.sub("", text))).strip()


def clean_line(text: str) -> str:
    """Return the text cleaned and on one line, runs of space made one."""
    return " ".join(clean(text).split())


def clip(text: str, limit: int) -> str:
    """Return at most `limit` code points, cut at a word or a Japanese character and ended with … when cut."""
    if len(text) <= limit:
        return text
    if limit <= 1:
        return "…"[:limit]
    cut = _cluster_start(text, limit - 1)
    if _WORD.match(text[cut]) and _WORD.match(text[cut - 1 : cut]):
        word = cut
        while word and _WORD.match(text[word - 1]):
            word -= 1
        if word > cut // 2:
            cut = word
    return text[:cut].rstrip() + "…"


def packed(parts: Sequence[str], limit: int = 2000) -> list[str]:
    """Return the parts, one below the other, in as few texts of at most `limit` code points as hold them."""
    texts: list[str] = []
    for part in (clip(each, limit) for each in parts):
        if texts and len(texts[-1]) + len(part) < limit:
            texts[-1] += f"\n{part}"
        else:
            texts.append(part)
    return texts


def _cluster_start(text: str, at: int) -> int:
    """Return the last place at or before `at` that does not tear a character from its marks, joiners or pair."""
    while at and (
        unicodedata.category(text[at]) in _EXTENDS
        or text[at] in "\u200c\u200d\ufe0e\ufe0f\u20e3\uff9e\uff9f\u0e33\u0eb3"
        or text[at - 1] == "\u200d"
        or 0x1F3FB <= ord(text[at]) <= 0x1F3FF
        or 0xE0020 <= ord(text[at]) <= 0xE007F
        or _splits_flag(text, at)
    ):
        at -= 1
    return at


def _splits_flag(text: str, at: int) -> bool:
    run = at
    while run and 0x1F1E6 <= ord(text[run - 1]) <= 0x1F1FF:
        run -= 1
    return 0x1F1E6 <= ord(text[at]) <= 0x1F1FF and (at - run) % 2 == 1
