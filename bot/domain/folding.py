"""Folds text for comparison and splits it into search terms, the same way for papers and queries.

`normalize` only removes differences of width and case; `fold` also removes differences that people do not mean
(katakana or hiragana, long vowels, accents). `tokenize` splits folded text into terms: words, and pairs of neighbouring
characters in scripts without spaces, so that any two characters of Japanese can be found.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate, pairwise

from bot.domain.text import IDEOGRAPHS, is_within, normalized

LONGEST_WORD = 64  # characters of a word that are compared; the rest is ignored
_KANA_RANGES = ("\u3041\u309f", "\u30a1\u30ff", "\u31f0\u31ff")
_HANGUL = ("\uac00\ud7a3", "\u1100\u11ff", "\u3130\u318f")
_UNSPACED = (*_KANA_RANGES, *IDEOGRAPHS, *_HANGUL)  # the scripts without spaces, by their first and last characters
_ASCII_RUN = re.compile("[a-z0-9]+")  # finds the same in ASCII text as `_any_run`, three times as fast
_KANA_ONLY = re.compile("[\u3041-\u309f]+")
_KATAKANA_WORD = re.compile("[\u30a1-\u30fa][\u30a1-\u30fa\u30fc-\u30fe]*")
_LATIN = re.compile("[A-Za-z0-9]+")
_WRITTEN = re.compile("(?<![A-Za-z0-9])[A-Za-z0-9]++(?:[-‐‑–][A-Za-z0-9]++)+")
_COMPOUND = re.compile(r"(?<![a-z0-9])[a-z0-9]++(?:[-‐‑–/._'’+][a-z0-9]++)+")
_JOINT = re.compile("[^a-z0-9]")
# a unit that folds independently of its neighbours
_KATAKANA_UNIT = re.compile("(?:[ヴゔ][ァィェォュぁぃぇぉゅ]|.)ー*", re.DOTALL)
_LONG = re.compile("(?<=[\u3041-\u309f])ー+")
_ACCENTED = re.compile("[\u00c0-\u058f\u1e00-\u1fff]|[a-z][\u0300-\u036f]")
_ACCENTS = re.compile("(?<=[a-z\u0370-\u03ff])[\u0300-\u036f]+")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})
_HIRAGANA = {n: n - 0x60 for n in range(0x30A1, 0x30F7)}
_KATAKANA = {hiragana: katakana for katakana, hiragana in _HIRAGANA.items()}
# Katakana to hiragana, and variant spellings to one: ヴァ バ, ヂ ジ, ヅ ズ, small vowels to full ones (ウェブ ウエブ).
_VA = re.compile("[ヴゔ]([ァィェォュぁぃぇぉゅ])")
_BA = dict(zip("ァィェォュぁぃぇぉゅ", ("ば", "び", "べ", "ぼ", "びゅ") * 2, strict=True))
_KANA = _HIRAGANA | {0x30FD: 0x309D, 0x30FE: 0x309E}
_KANA |= str.maketrans("ァィゥェォぁぃぅぇぉヴゔヂぢヅづ", "あいうえおあいうえおぶぶじじずず")


def tables() -> dict[str, object]:
    """Return what folding goes by, for a program in another language: ranges of characters, and letters by letter."""
    kana = {chr(letter): chr(folded) if isinstance(folded, int) else folded for letter, folded in _KANA.items()}
    letters = {chr(letter): folded for letter, folded in _LETTERS.items()}
    return {"unspaced": _UNSPACED, "kana": kana, "letters": letters, "ba": _BA}


def normalize(text: str) -> str:
    """Return the text in one line, without differences of width and case."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = normalized("NFKC", text).casefold()
    return " ".join(normalized("NFKC", folded).split())


def fold(text: str) -> str:
    """Return the text for comparison: normalized, katakana as hiragana, without long vowels and accents."""
    return fold_normalized(normalize(text))


def fold_normalized(text: str) -> str:
    """Return a normalized text folded."""
    if text.isascii():
        return text
    if _ACCENTED.search(text):
        text = _ACCENTS.sub("", normalized("NFD", text.translate(_LETTERS)))
        text = normalized("NFKC", text)
    if "ヴ" in text or "ゔ" in text:
        text = _VA.sub(lambda match: _BA[match[1]], text)
    text = text.translate(_KANA)
    return _LONG.sub("", text) if "ー" in text else text


def runs(folded: str) -> list[str]:
    """Return the runs of a folded text: its words, and its stretches of scripts without spaces."""
    return (_ASCII_RUN if folded.isascii() else _any_run()).findall(folded)


def is_unspaced(run: str) -> bool:
    """Return whether a run belongs to a script without spaces."""
    return is_within(_UNSPACED, run[:1])


def is_kana(run: str) -> bool:
    """Return whether a folded run is all kana, like every katakana word."""
    return _KANA_ONLY.fullmatch(run) is not None


def tokenize(folded: str) -> list[str]:
    """Return the terms of a folded text in order.

    They are words, cut to 64 characters, and for a run without spaces each pair of neighbouring characters, followed by
    the last character alone.
    """
    if folded.isascii():
        return [run[:LONGEST_WORD] for run in runs(folded)]
    terms: list[str] = []
    for run in runs(folded):
        if run.isascii() or not is_unspaced(run):
            terms.append(run[:LONGEST_WORD])
        else:
            terms += map("".join, pairwise(run))
            terms.append(run[-1])
    return terms


def compounds(folded: str) -> list[str]:
    """Return the hyphenated words of a folded text, each joined into one (`state-of-the-art`, `gpt-4`)."""
    return [_JOINT.sub("", word)[:LONGEST_WORD] for word in _COMPOUND.findall(folded)]


def hiragana(text: str) -> str:
    """Return the text with katakana as hiragana, otherwise unchanged."""
    return text.translate(_HIRAGANA)


def katakana(text: str) -> str:
    """Return the text with hiragana as katakana, otherwise unchanged."""
    return text.translate(_KATAKANA)


def katakana_words(text: str) -> list[str]:
    """Return the katakana words of a normalized text; folding would lose their boundaries."""
    return [] if text.isascii() else _KATAKANA_WORD.findall(text)


def with_spaces(text: str) -> str:
    """Return a normalized text folded, with spaces around every word and run, and katakana words separated."""
    folded = text if text.isascii() else fold_normalized(_KATAKANA_WORD.sub(_with_space_around, text))
    return f" {' '.join(runs(folded))} "


def as_spelled(folded: str, text: str) -> str:
    """Return a folded text with its words spelled as in another text; words that it lacks stay folded."""
    text = normalized("NFKC", text)
    spellings = {_JOINT.sub("", word.lower()): word for word in _WRITTEN.findall(text)}
    spellings |= {word.lower(): word for word in _LATIN.findall(text)}
    japanese = {fold_normalized(word): word for word in _KATAKANA_WORD.findall(text)}
    return " ".join(spellings.get(word) or _spelled_part(japanese, word) or word for word in folded.split())


@cache
def _any_run() -> re.Pattern[str]:
    """Return the pattern of a run in any script; it takes 2 ms to compile, so the first text in Japanese does that."""
    unspaced = "".join(map("-".join, _UNSPACED))
    return re.compile(f"[{unspaced}]+|[^\\W_{unspaced}]+")


def _spelled_part(japanese: dict[str, str], word: str) -> str | None:
    """Return the spelling of a folded word within the first katakana word that contains it."""
    if longer := japanese.get(word) or next((japanese[each] for each in japanese if word in each), ""):
        units = _KATAKANA_UNIT.findall(longer)
        folded = list(map(fold_normalized, units))
        start = "".join(folded).find(word)
        first = _unit_starting_at(folded, start)
        last = _unit_starting_at(folded, start + len(word))
        if first is not None and last is not None:
            return "".join(units[first:last])
    return None


def _unit_starting_at(folded: list[str], place: int) -> int | None:
    """Return the index of the unit that starts at a position of the joined units; None within a unit."""
    starts = accumulate(map(len, folded), initial=0)
    return next((at for at, start in enumerate(starts) if start == place), None)


def _with_space_around(match: re.Match[str]) -> str:
    return f" {match[0]} "
