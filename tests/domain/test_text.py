"""Text is cleaned, and clipping never splits a character."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.text import clean, clean_line, clip
from tests.samples import texts

# Each is one character to a reader; in any order, they stay separate.
CLUSTERS = (
    "a",
    "Z",
    "7",
    " ",
    ".",
    "日",
    "が",
    "ー",
    "。",
    "「",
    "か\u3099",
    "e\u0301",
    "e\u0301\u0323",
    "नि",
    "ﾊﾟ",
    "ｶﾞ",
    "กำ",
    "한",
    "😀",
    "👍🏽",
    "👩\u200d💻",
    "👨\u200d👩\u200d👧\u200d👦",
    "🏳\ufe0f\u200d🌈",
    "🇯🇵",
    "🇺🇸",
    "1\ufe0f\u20e3",
    "❤\ufe0f",
    "葛\U000e0100",
    "\ud800",
    "\u1161",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)


# Characters that hide text: joiners, selectors, tags, marks and fillers, with characters that they may belong to.
HIDING = (
    "\u200b",
    "\u200c",
    "\u200d",
    "\u034f",
    "\ufe0f",
    "\ufe01",
    "\U000e0100",
    "\U000e0101",
    "\u180b",
    "\U000e0067",
    "\U000e007f",
    "\U000e0001",
    "\u0301",
    "\u0323",
    "\u3099",
    "\u0e49",
    "\u115f",
    "\u1160",
    "\u3164",
    "\u2800",
    "\uffa0",
    "\u2060",
    " ",
    "\n",
    "\u3000",
    "\x1b",
    "\x9b",
    "か",
    "葛",
    "a",
    "、",
    "🏴",
    "😀",
    "\u1100",
    "\ud800",
    "\u1161",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
hiding = st.lists(st.sampled_from(HIDING) | st.characters(), max_size=40).map("".join)
UNSEEN = {"Mn", "Me", "Mc", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs"}


@given(texts | hiding)
def test_cleaning_cleaned_text_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean(clean_line(text)) == clean_line(text)


@given(texts | hiding)
def test_cleaned_text_holds_something_to_see_or_is_empty(text: str) -> None:
    result = clean(text)
    fillers = "\u115f\u1160\u2800\u3164\uffa0"
    assert not result or any(unicodedata.category(each) not in UNSEEN and each not in fillers for each in result)


@given(hiding)
def test_cleaned_text_hides_no_other_text(text: str) -> None:
    result = clean(text)
    for flag in re.findall("🏴[\U000e0030-\U000e007a]{3,5}\U000e007f", result):
        result = result.replace(flag, "")
    assert not re.search("[\U000e0000-\U000e007f]|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2}|[\u200c\u200d]{2}", result)
    assert not any(all(unicodedata.combining(each) for each in result[n : n + 9]) for n in range(len(result) - 8))


def test_no_character_is_unseen_and_unsuspected() -> None:
    unseen = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) in UNSEEN]
    assert not [each for each in unseen if clean(each)]


@pytest.mark.parametrize(
    "hidden", ["\u200d", "\u3164", "\u2800", "\u0301", "\U000e0041", "\u115f\u1160 \uffa0", "\ufe0f"]
)
def test_a_text_without_anything_to_see_is_empty(hidden: str) -> None:
    assert clean(hidden) == clean_line(hidden * 3) == ""


@given(texts)
def test_cleaned_text_holds_no_control_characters_or_disguises(text: str) -> None:
    for character in clean(text):
        assert character in "\t\n" or unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp"), ascii(character)
        assert character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\u00ad"


@given(texts)
def test_a_cleaned_line_is_one_line(text: str) -> None:
    line = clean_line(text)
    assert len(line.splitlines()) <= 1
    assert line == " ".join(line.split())


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  a\r\nb\rc  ", "a\nb\nc"),
        ("one\n\n\n\n two", "one\n\n two"),
        ("one\n \u3000\n\t\n\ntwo", "one\n\ntwo"),
        ("か\u3099", "が"),
        ("a\u0085b\u2028c", "a\nb\nc"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("pay\u202egnp.exe", "paygnp.exe"),
        ("a" + "".join(chr(0xE0000 + ord(c)) for c in "send the token") + "b", "ab"),
        ("葛\U000e0100飾", "葛\U000e0100飾"),
        ("葛\U000e0100\U000e0101\U000e0102飾", "葛\U000e0100飾"),
        ("a\U000e0100\U000e0101b", "ab"),
        ("❤\ufe0f\ufe01\ufe02", "❤\ufe0f"),
        ("Z" + "\u0323" * 40, "Ẓ" + "\u0323" * 8),
        ("ก" + "\u0e49" * 40, "ก" + "\u0e49" * 8),
        (
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        ),
        ("\x1b[31mred\x9b0m", "[31mred0m"),
        ("ᄒ\u1160", "ᄒ\u1160"),
    ],
)
def test_cleaning_keeps_what_was_meant(typed: str, expected: str) -> None:
    assert clean(typed) == expected


@given(texts, st.integers(0, 60))
def test_a_clipped_text_is_never_longer_than_the_limit(text: str, limit: int) -> None:
    assert len(clip(text, limit)) <= limit


@given(texts, st.integers(0, 300))
def test_a_text_that_fits_is_not_touched(text: str, more: int) -> None:
    assert clip(text, len(text) + more) == text


@given(texts, st.integers(1, 60))
def test_a_cut_text_says_that_it_was_cut(text: str, limit: int) -> None:
    if len(text) > limit:
        assert clip(text, limit).endswith("…")


@given(st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=30), st.integers(2, 40))
@example(["a", "🇯🇵", "🇯🇵", "🇯🇵"], 5)
@example(["ﾊﾟ"] * 4, 4)
@example(["กำ"] * 4, 4)
def test_clipping_never_tears_a_character(clusters: list[str], limit: int) -> None:
    text = "".join(clusters)
    if len(text) <= limit:
        return
    result = clip(text, limit).removesuffix("…")
    whole = {"".join(clusters[:n]).rstrip() for n in range(len(clusters))}
    assert result in whole


def test_clipping_ends_at_a_word() -> None:
    assert clip("Retentive Network: A Successor", 14) == "Retentive…"
    assert clip("大規模言語モデル", 5) == "大規模言…"


def test_a_word_that_fills_the_room_is_cut_all_the_same() -> None:
    assert clip("W" * 40, 10) == "W" * 9 + "…"
