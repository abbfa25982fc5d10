"""Translates terms of papers between Japanese and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice, product
from pathlib import Path

from bot.domain.folding import fold, is_unspaced, runs
from bot.search.phonetics import phonetic_key

_MOST = 4


def pairs() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the glossary's Japanese terms, each with its English."""
    for line in Path(__file__).with_name("glossary.txt").read_text(encoding="utf-8").splitlines():
        if " = " in line:
            term, meanings = line.split(" = ")
            yield term, tuple(meanings.split(" | "))


@cache
def _terms() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    """Return English by Japanese term, all folded, and Japanese by English term."""
    english = {fold(term): meanings for term, meanings in pairs()}
    return english, {meaning: term for term, meanings in reversed(english.items()) for meaning in meanings}


@cache
def _longest_term() -> int:
    return max(map(len, _terms()[0]))


@cache
def english_words() -> Mapping[str, tuple[str, ...]]:
    """Return the glossary's English words by phonetic key, for katakana that stands for a word of no title."""
    words = sorted({word for meaning in _terms()[1] for word in meaning.split()})
    by_sound: dict[str, tuple[str, ...]] = {}
    for word in words:
        if sound := phonetic_key(word):
            by_sound[sound] = (*by_sound.get(sound, ()), word)
    return by_sound


def translations(text: str) -> Iterator[str]:
    """Yield a text with its Japanese terms in English, or an English term in Japanese; nothing if one is unknown."""
    english, japanese = _terms()
    folded = fold(text)
    if term := japanese.get(" ".join(runs(folded))):
        yield term
    choices: list[tuple[str, ...]] = []
    for run in runs(folded):
        parts = list(_parts(run, english)) if is_unspaced(run) else [(run,)]
        if not parts:
            return
        choices += parts
    if any(is_unspaced(run) for run in runs(folded)):
        yield from islice((" ".join(choice) for choice in product(*choices)), _MOST)


def _parts(run: str, english: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield the English of the terms that make up a run, longest first; nothing if a part of the run is unknown."""
    parts, at = [], 0
    while at < len(run):
        longest = min(len(run), at + _longest_term())
        end = next((end for end in range(longest, at, -1) if run[at:end] in english), at)
        if end == at:
            return
        parts.append(english[run[at:end]])
        at = end
    yield from parts
