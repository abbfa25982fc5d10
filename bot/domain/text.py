"""Cleans, clips and compares text from outside, so that it can be stored and shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from typing import Literal

# The patterns that are texts are compiled at their first use: together they would take a millisecond of every start.
# Bidirectional overrides and invisible characters can disguise or hide text (Unicode's Default_Ignorable_Code_Point).
# Joiners stay, because emoji and Indic scripts need them.
_INVISIBLE = (
    "[\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029\v\f]")
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*+\n(?:[ \t\u3000]*+\n)++")
_CONTROLS = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
_JOINERS = re.compile("([\u200c\u200d])[\u200c\u200d]+")
# A region's flag is a black flag followed by the region's code in tag characters; any other tags hide text.
_TAGS = (
    "(\U0001f3f4[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}\U000e007f)"
    "|[\U000e0000-\U000e007f]+"
)
_SELECTORS = "[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
# Not a pattern, since compiling so large ranges takes milliseconds of every start.
IDEOGRAPHS = ("\u4e00\u9fff", "\u3005\u3007", "\u3400\u4dbf", "\uf900\ufaff", "\U00020000\U0003ffff")
# Fillers, and the blocks with combining marks: a printable text without any of them hides nothing.
_SUSPECT = (
    "[\u0300-\u036f\u0483-\u0489\u0590-\u109f\u115f\u1160\u135d-\u135f\u1700-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\u2800"
    "\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a\u3164\ua66f-\ua69f\ua6f0\ua6f1\ua800-\uabff\ufb1e"
    "\ufe00-\ufe2f\uffa0\U00010000-\U0001efff\U000e0100-\U000e01ef]"
)
_MARKS = re.compile(r"[^\x00-\x7f\w]{9,}")  # marks are neither letters nor ASCII
_SHORT = 200  # characters; sorting the marks of so short a text takes at most 27 µs
_MOST_MARKS = 8  # per character: Vietnamese needs two and pointed Hebrew four; no script stacks more
_EXTENDS = {"Mn", "Me", "Mc"}
_UNSEEN = _EXTENDS | {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"}
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a symbol by category, but blank
_WORD = re.compile(r"[A-Za-z0-9À-ɏ_'’\-]")


def clean(text: str) -> str:
    """Return a text without control characters, disguises, hidden text and outer space; lines are kept.

    The result has something visible, or is empty.
    """
    if not text.isprintable() and not text.replace("\n", "").isprintable():
        return _shown(re.sub(_CONTROLS, "", _LINE_ENDS.sub("\n", text)))
    if text.isascii() or not re.search(_SUSPECT, text):  # most texts hide nothing
        return _spaced(unicodedata.normalize("NFC", text))
    return _shown(text)


def normalized(form: Literal["NFC", "NFKC", "NFD", "NFKD"], text: str) -> str:
    """Return the text in a Unicode normal form; long texts keep only a few marks per character.

    Python sorts the marks on a character by insertion: 160,000 of them took 17 seconds.
    """
    if len(text) > _SHORT and not text.isascii():
        if form in ("NFKC", "NFKD"):  # these forms turn the halfwidth voicing marks, and only these letters, into marks
            text = text.replace("\uff9e", "\u3099").replace("\uff9f", "\u309a")
        text = _MARKS.sub(_few_marks, text)
    return unicodedata.normalize(form, text)


def _shown(text: str) -> str:
    """Return a text without control characters freed of its invisible characters."""
    text = re.sub(_TAGS, r"\1", re.sub(_INVISIBLE, "", text))
    text = normalized("NFC", _JOINERS.sub(r"\1", re.sub(_SELECTORS, _fitting_selector, text)))
    return _spaced(_MARKS.sub(_few_marks, text)) if any(map(_is_seen, text)) else ""


def _spaced(text: str) -> str:
    return (_BLANK_LINES.sub("\n\n", text) if "\n" in text else text).strip()


def _fitting_selector(match: re.Match[str]) -> str:
    """Return the first of a run of variation selectors if the character before it can have variants."""
    before, first = match.string[match.start() - 1 : match.start()], match[0][0]
    fits = is_within(IDEOGRAPHS, before) if first >= "\U000e0100" else before.strip()
    return first if fits else ""


def _few_marks(match: re.Match[str]) -> str:
    characters, run = [], 0
    for character in match[0]:
        if character not in "\u200c\u200d":
            run = run + 1 if unicodedata.category(character) in _EXTENDS else 0
        if run <= _MOST_MARKS:
            characters.append(character)
    return "".join(characters)


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN and character not in _FILLERS


def is_within(ranges: Sequence[str], character: str) -> bool:
    """Return whether a character is in one of the ranges, each given as its first and last character."""
    return any(each[0] <= character <= each[1] for each in ranges)


def clean_line(text: str) -> str:
    """Return the text cleaned, in one line, with single spaces."""
    return " ".join(clean(text).split()) if text else ""


def clip(text: str, limit: int) -> str:
    """Return at most `limit` code points, cut between words or Japanese characters and ended with "…"."""
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


def escaped_within(text: str, limit: int, escape: Callable[[str], str], most: int) -> str:
    """Return the escaped text, clipped to `limit` code points at most; `escape` adds up to `most` to a character."""
    escaped, length = escape(clip(text, limit)), limit
    while len(escaped) > limit:
        length = min(length - (len(escaped) - limit + most) // (most + 1), length - 1)
        escaped = escape(clip(text, length))
    return escaped


def join_within(parts: Sequence[str], limit: int = 2000) -> list[str]:
    """Return the parts, one per line, in as few texts of at most `limit` code points as possible."""
    texts: list[str] = []
    for part in (clip(each, limit) for each in parts):
        if texts and len(texts[-1]) + len(part) < limit:
            texts[-1] += f"\n{part}"
        else:
            texts.append(part)
    return texts


def similar_name(name: str, names: Collection[str], alike: float = 0.6) -> str | None:
    """Return the name that was probably meant, None if none is at least that similar (0 to 1)."""
    from rapidfuzz import fuzz, process  # a start whose settings are right has no use for it

    found = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=100 * alike)
    return found[0] if found else None


def _cluster_start(text: str, at: int) -> int:
    """Return the last position up to `at` that does not separate a character from its marks, joiners or pair."""
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
