"""Finds the words of the vocabulary that are one typo away from a word, and how likely each was meant."""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from typing import NamedTuple

from bot.domain.folding import LONGEST_WORD, is_kana
from bot.search.backend import Backend, Word
from bot.search.edit_distance import is_one_typo

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_ALIKE = ("0o", "1il", "2z", "5s", "8b", "9gq", "uv", "mn")
_BY_LETTERS = 8  # up to this length every possible typo is looked up; longer words are found by their intact half
_MOST_EACH = 4
_INSIDE_KATAKANA = 4  # letters of a word that is also corrected within a longer one
_MOST_HOLDING = 400
# Subtracted from the log-likelihood of a word inside a longer one: at its start or end, in its middle, and in addition
# if its first letter differs from the typed one.
_AT_AN_END, _AMID, _ANOTHER_FIRST = 1.0, 2.5, 3.0


class Correction(NamedTuple):
    """A word that is one typo away, and its log-likelihood of being meant."""

    word: str
    likelihood: float


def corrections(backend: Backend, word: str) -> list[Correction]:
    """Return the words of the vocabulary that are one typo away, the likeliest first."""
    size = len(word)
    if not (4 if word.isascii() else 3) <= size <= LONGEST_WORD or word.isdigit():
        return []
    likely: dict[str, float] = {}
    for other, doubt in _candidates(backend, word):
        if is_one_typo(word, other.word):
            likelihood = _likelihood(word, other) - doubt
            likely[other.word] = max(likelihood, likely.get(other.word, likelihood))
    candidates = [Correction(other, likelihood) for other, likelihood in likely.items()]
    return sorted(candidates, key=lambda correction: -correction.likelihood)[:_MOST_EACH]


def _candidates(backend: Backend, word: str) -> Iterator[tuple[Word, float]]:
    """Yield words that include all that are one typo away, each with a penalty for its log-likelihood.

    Of two halves with one letter between them, a single typo leaves at least one intact.
    """
    size = len(word)
    if word.isascii() and size <= _BY_LETTERS:
        yield from ((other, 0.0) for other in backend.known_words(sorted(_one_edit_away(word))))
        return
    front = (size - 1) // 2
    halves = (word[:front], word[front + 1 :])
    if not is_kana(word):
        yield from ((other, 0.0) for other in backend.words_by_ends(*halves, size - 1, size + 1))
        return
    letters = set(word)
    for other in backend.words_containing(*halves, size - 1, _MOST_HOLDING):
        if len(letters.difference(other.word)) > 1:
            continue
        if len(other.word) <= size + 1:
            yield other, 0.0
        if size >= _INSIDE_KATAKANA:
            yield from _inside(halves, size, other)


def _inside(halves: tuple[str, str], size: int, longer: Word) -> Iterator[tuple[Word, float]]:
    """Yield the parts of a longer word that may be meant: those with the front half first or the back half last."""
    word = longer.word
    for other in range(size - 1, min(size + 2, len(word))):
        spans = [(at, at + other) for at in _positions(word, halves[0])]
        spans += [(at + len(halves[1]) - other, at + len(halves[1])) for at in _positions(word, halves[1])]
        for start, end in spans:
            if start >= 0 and end <= len(word):
                yield Word(word[start:end], longer.papers), _penalty(halves[0][0], word, start, end)


def _penalty(first: str, longer: str, start: int, end: int) -> float:
    doubt = _AT_AN_END if start == 0 or end == len(longer) else _AMID
    return doubt + (_ANOTHER_FIRST if start and longer[start] != first else 0.0)


def _positions(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _likelihood(typed: str, meant: Word) -> float:
    """Return the log-likelihood that a word was meant: higher for frequent words, and for typos that few words allow.

    A missing letter or two exchanged ones can come from few words; a wrong or added letter from 26 times as many.
    """
    likelihood = 0.5 * log(meant.papers) + (1.0 if typed[0] == meant.word[0] else 0.0)
    if len(typed) < len(meant.word) or sorted(typed) == sorted(meant.word):
        return likelihood + log(26)
    if len(typed) == len(meant.word):
        wrong = next(a + b for a, b in zip(typed, meant.word, strict=True) if a != b)
        likelihood += 2.0 if any(set(wrong) <= set(group) for group in _ALIKE) else 0.0
    return likelihood


def _one_edit_away(word: str) -> set[str]:
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return {
        *(a + b[1:] for a, b in cuts if b),
        *(a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1),
        *(a + c + b[1:] for a, b in cuts if b for c in _LETTERS),
        *(a + c + b for a, b in cuts for c in _LETTERS),
    }
