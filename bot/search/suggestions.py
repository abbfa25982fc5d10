"""Suggests other wordings when a query finds almost nothing: typo corrections, readings of katakana, translations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from math import log
from typing import NamedTuple

from bot.domain.folding import LONGEST_WORD, fold, hiragana, is_kana, is_unspaced, katakana_words, runs
from bot.search.analyzed_query import AnalyzedQuery
from bot.search.backend import Backend, Word
from bot.search.glossary import english_words, translations
from bot.search.phonetics import phonetic_keys, romanize_english, romanize_kana, similarity
from bot.search.ranking import MatchReason
from bot.search.spelling import corrections

_WORD = re.compile("[a-z0-9]+")
_HIRAGANA = re.compile("[ぁ-ゖー]+")
_STRAY = re.compile("(?<!\\w)ー+(?=\\w)")  # a long vowel mark without a kana before it
_MOST_UNITS, _MOST_EACH, _MOST_BY_SOUND, _MOST_RANK = 12, 4, 60, 6.0
# A reading of this similarity is as likely as a typo; every 2 points more make it e times as likely.
_TYPO_SIMILARITY, _SIMILARITY_STEP = 94.0, 2.0
_JOINED = 2.0  # added to the log-likelihood of a correction that joins the words into one (ce-gocd)
_CERTAIN = 20.0  # log-likelihood of a nearly certain suggestion
_COMPOUND, _PART = 7, 3  # minimum letters of a compound, and of each of its parts
_LONGEST = 30  # letters of the longest query that is split into compounds: it may be split at any of them
_NEVER_FIRST = "ーんゃゅょぁぃぅぇぉっ"
_MOST_PARTS = 2  # readings tried per part
_MOST_FREQUENT = 12  # words of a phonetic key that are compared when papers have the katakana itself
_MOST_BEGUN = 100  # words of a phonetic prefix that are compared with the typed prefix
_CONFIDENT_SIMILARITY = 85.0  # similarity of a reliable reading
_RANK_STEP = 1.5  # difference in log-likelihood that makes one rank; smaller differences are ignored


class _Suggestion(NamedTuple):
    """Another wording of the query, its reason, and its log-likelihood of being meant."""

    text: str
    why: MatchReason
    likelihood: float


class _Reading(NamedTuple):
    """English that sounds like a word: its weight, its similarity (0 to 100), and its spelling."""

    weight: float
    similarity: float
    english: str


def suggestions(backend: Backend, query: AnalyzedQuery) -> Iterator[tuple[str, MatchReason, float]]:
    """Yield other wordings of the query, likeliest first, with reason and rank; rank 0 is the likeliest."""
    if len(query.words) > _MOST_UNITS:
        return
    candidates: list[_Suggestion] = []
    if _STRAY.search(query.text):
        query = AnalyzedQuery(_STRAY.sub("", query.text))
        candidates.append(_Suggestion(query.text, MatchReason.TYPO, _CERTAIN))
    candidates += sorted((*_corrected(backend, query), *_readings(backend, query)), key=lambda other: -other.likelihood)
    for other in candidates:
        yield other.text, other.why, min(_MOST_RANK, (candidates[0].likelihood - other.likelihood) / _RANK_STEP)
    yield from ((text, MatchReason.READING, _MOST_RANK + 1) for text in translations(query.text))


def _corrected(backend: Backend, query: AnalyzedQuery) -> Iterator[_Suggestion]:
    """Yield the query with one unknown word corrected, and with all of them corrected if there are several."""
    vocabulary = {word for word, _ in backend.known_words(query.words)}
    unknown = [at for at, unit in enumerate(query.words) if unit not in vocabulary and _is_correctable(unit)]
    choices = {at: corrections(backend, query.words[at]) for at in unknown}
    if len(unknown) > 1 and all(choices.values()):
        text = " ".join(choices[at][0].word if at in choices else unit for at, unit in enumerate(query.words))
        yield _Suggestion(text, MatchReason.TYPO, _CERTAIN)
    for at, options in choices.items():
        before, after = _around(query, at)
        yield from (
            _Suggestion(f"{before}{correction.word}{after}", MatchReason.TYPO, correction.likelihood)
            for correction in options
        )
    if query.without_spaces.isascii() and 1 < len(query.words) < 5:
        yield from (
            _Suggestion(correction.word, MatchReason.TYPO, correction.likelihood + _JOINED)
            for correction in corrections(backend, query.without_spaces)
        )


def _around(query: AnalyzedQuery, at: int) -> tuple[str, str]:
    """Return the text before and after a word of the query, for ASCII texts including the typed marks."""
    if query.text.isascii():
        begin, end = list(_WORD.finditer(query.text))[at].span()
        return query.text[:begin], query.text[end:]
    return " ".join((*query.words[:at], "")), " ".join(("", *query.words[at + 1 :]))


def _is_correctable(unit: str) -> bool:
    return is_kana(unit) or not is_unspaced(unit)


def _readings(backend: Backend, query: AnalyzedQuery) -> Iterator[_Suggestion]:
    """Yield the query with a katakana word, or a whole kana query, replaced by English that sounds like it."""
    for word in [query.text] if query.is_kana_word else _kana_words(query.text):
        kana, folded = hiragana(word), fold(word)
        if len(kana) > LONGEST_WORD:
            continue
        readings = _by_sound(backend, kana)
        if len(kana) >= _COMPOUND and len(query.text) <= _LONGEST and not _confident(readings):
            readings = sorted((*_pairs_by_sound(backend, kana), *readings), reverse=True)
        for reading in readings[:_MOST_EACH]:
            text = " ".join(reading.english if unit == folded else unit for unit in query.words)
            behind = (readings[0].weight - reading.weight) / 10
            yield _Suggestion(
                text, MatchReason.READING, (reading.similarity - _TYPO_SIMILARITY) / _SIMILARITY_STEP - behind
            )


def readings_of(backend: Backend, word: str) -> list[str]:
    """Return the frequent English words that a katakana word reliably stands for."""
    if not (_PART <= len(word) <= _LONGEST and katakana_words(word)):
        return []
    return [reading.english for reading in _confident(_by_sound(backend, hiragana(word), _MOST_FREQUENT))]


def partial_readings(backend: Backend, typed: str) -> Iterator[list[str]]:
    """Yield the English words that begin like a half-typed kana word."""
    beginning = romanize_kana(hiragana(typed))
    if not 2 < len(beginning) <= _LONGEST:
        return
    keys = phonetic_keys(hiragana(typed))[:_MOST_EACH]
    words = [other.word for other in backend.words_by_sound_prefix(keys, _MOST_BEGUN)]
    if matches := [word for word in words if romanize_english(word).startswith(beginning)]:
        yield matches


def _kana_words(text: str) -> list[str]:
    """Return the katakana words of a text; if there are none, its separate hiragana words (らま2)."""
    return katakana_words(text) or [run for run in runs(text) if len(run) > 1 and _HIRAGANA.fullmatch(run)]


def _by_sound(backend: Backend, kana: str, most: int = _MOST_BY_SOUND) -> list[_Reading]:
    least = 75 if len(kana) > 5 else 78 if len(kana) > 4 else 80
    keys = phonetic_keys(kana)
    by_word = {other.word: other for other in backend.words_by_sound(keys, most)}
    common = (Word(word, 1) for sound in keys for word in english_words().get(sound, ()) if word not in by_word)
    readings = [(similarity(kana, other.word), other) for other in (*by_word.values(), *common)]
    return sorted(
        (
            _Reading(alikeness + 5 * log(other.papers), alikeness, other.word)
            for alikeness, other in readings
            if alikeness >= least
        ),
        reverse=True,
    )


def _pairs_by_sound(backend: Backend, kana: str) -> Iterator[_Reading]:
    """Yield pairs of English words that sound like the two parts of a word (バッチノーマライゼーション)."""
    for at in range(_PART, len(kana) - _PART + 1):
        if kana[at] in _NEVER_FIRST:
            continue
        fronts = _confident(_by_sound(backend, kana[:at]))
        backs = _confident(_by_sound(backend, kana[at:])) if fronts else []
        for front, back in product(fronts, backs):
            alikeness = min(front.similarity, back.similarity)
            yield _Reading(min(front.weight, back.weight), alikeness, f"{front.english} {back.english}")


def _confident(readings: list[_Reading]) -> list[_Reading]:
    return [reading for reading in readings if reading.similarity >= _CONFIDENT_SIMILARITY][:_MOST_PARTS]
