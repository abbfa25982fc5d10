"""What may have been meant where hardly anything is found: slips mended, katakana read, Japanese terms in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import log
from typing import NamedTuple

from bot.domain.folding import LONGEST_WORD, fold, hiragana, kana, katakana_words, runs, unspaced
from bot.store.search.asked import Asked
from bot.store.search.glossary import english_words, translations
from bot.store.search.probes import Probes, Word
from bot.store.search.ranking import Why
from bot.store.search.slips import slips
from bot.store.search.sounds import alike, romanised, sounds, spoken

_WORD = re.compile("[a-z0-9]+")
_HIRAGANA = re.compile("[ぁ-ゖー]+")
_STRAY = re.compile("(?<!\\w)ー+(?=\\w)")  # a long vowel of nothing
_MOST_UNITS, _MOST_EACH, _MOST_SOUNDING, _MOST_RANK = 12, 4, 60, 6.0
_EVEN_ALIKE, _ALIKE_PER = 94.0, 2.0  # a reading that is so much alike is as likely as a slip, and e times so by so much
_JOINED = 2.0  # a slip in words that are one word otherwise (ce-gocd) leaves less doubt by so much
_SURE = 20.0  # the likelihood of what hardly leaves a doubt
_COMPOUND, _PART = 7, 3  # letters of a compound, and of each part of it, at least
_LONGEST = 30  # letters of a query in which compounds are looked for: each may be cut at any of them
_NEVER_FIRST = "ーんゃゅょぁぃぅぇぉっ"
_MOST_PARTS = 2  # readings of a part
_MOST_FREQUENT = 12  # words of a sound that are compared where papers have the katakana itself
_MOST_BEGUN = 100  # words of the beginning of a sound that are compared with a beginning
_SOUNDS_SO = 85.0  # a reading of which there is little doubt
_A_RANK = 1.5  # of likelihood, as a logarithm: what differs by less is not told apart


@dataclass(frozen=True, slots=True)
class _Other:
    """Another text for the query, why, and the logarithm of how likely it was meant."""

    text: str
    why: Why
    likelihood: float


class _Reading(NamedTuple):
    """English that sounds like a word: how much speaks for it, how alike it is (0 to 100), and how it is written."""

    weight: float
    alikeness: float
    english: str


def others(probes: Probes, asked: Asked) -> Iterator[tuple[str, Why, float]]:
    """Yield other texts for the query, the likeliest first, why, and their rank: 0, and more the less likely."""
    if len(asked.units) > _MOST_UNITS:
        return
    found: list[_Other] = []
    if _STRAY.search(asked.text):
        asked = Asked(_STRAY.sub("", asked.text))
        found.append(_Other(asked.text, Why.TYPO, _SURE))
    found += sorted((*_mended(probes, asked), *_readings(probes, asked)), key=lambda other: -other.likelihood)
    for other in found:
        yield other.text, other.why, min(_MOST_RANK, (found[0].likelihood - other.likelihood) / _A_RANK)
    yield from ((text, Why.READING, _MOST_RANK + 1) for text in translations(asked.text))


def _mended(probes: Probes, asked: Asked) -> Iterator[_Other]:
    """Yield the query with one word mended, or each that nobody has written so."""
    known = {word for word, _ in probes.words(asked.units)}
    unknown = [at for at, unit in enumerate(asked.units) if unit not in known and _mendable(unit)]
    choices = {at: slips(probes, asked.units[at]) for at in unknown}
    if len(unknown) > 1 and all(choices.values()):
        text = " ".join(choices[at][0].word if at in choices else unit for at, unit in enumerate(asked.units))
        yield _Other(text, Why.TYPO, _SURE)
    for at, found in choices.items():
        before, after = _around(asked, at)
        yield from (_Other(f"{before}{slip.word}{after}", Why.TYPO, slip.likelihood) for slip in found)
    if asked.squeezed.isascii() and 1 < len(asked.units) < 5:
        yield from (_Other(slip.word, Why.TYPO, slip.likelihood + _JOINED) for slip in slips(probes, asked.squeezed))


def _around(asked: Asked, at: int) -> tuple[str, str]:
    """Return what stands before and after a word of the query, with the marks that were typed where that can be."""
    if asked.text.isascii():
        begin, end = list(_WORD.finditer(asked.text))[at].span()
        return asked.text[:begin], asked.text[end:]
    return " ".join((*asked.units[:at], "")), " ".join(("", *asked.units[at + 1 :]))


def _mendable(unit: str) -> bool:
    return kana(unit) or not unspaced(unit)


def _readings(probes: Probes, asked: Asked) -> Iterator[_Other]:
    """Yield the query with a katakana word, or all of it where it is kana, replaced by English that sounds like it."""
    for word in [asked.text] if asked.all_kana else _words_of_kana(asked.text):
        spelled, folded = hiragana(word), fold(word)
        if len(spelled) > LONGEST_WORD:
            continue
        heard = _heard(probes, spelled)
        if len(spelled) >= _COMPOUND and len(asked.text) <= _LONGEST and not _doubtless(heard):
            heard = sorted((*_heard_together(probes, spelled), *heard), reverse=True)
        for reading in heard[:_MOST_EACH]:
            text = " ".join(reading.english if unit == folded else unit for unit in asked.units)
            behind = (heard[0].weight - reading.weight) / 10
            yield _Other(text, Why.READING, (reading.alikeness - _EVEN_ALIKE) / _ALIKE_PER - behind)


def readings_of(probes: Probes, word: str) -> list[str]:
    """Return the frequent English that a word of katakana doubtless is."""
    if not (_PART <= len(word) <= _LONGEST and katakana_words(word)):
        return []
    return [reading.english for reading in _doubtless(_heard(probes, hiragana(word), _MOST_FREQUENT))]


def begun_readings(probes: Probes, typed: str) -> Iterator[list[str]]:
    """Yield the English words that begin as half-typed kana sounds, the likelier ones first."""
    beginning = romanised(hiragana(typed))
    if not 2 < len(beginning) <= _LONGEST:
        return
    heard = sounds(hiragana(typed))[:_MOST_EACH]
    words = [other.word for other in probes.sounding_so_far(heard, _MOST_BEGUN)]
    if begun := [word for word in words if spoken(word).startswith(beginning)]:
        yield begun


def _words_of_kana(text: str) -> list[str]:
    """Return the katakana words of a text; where it has none, the hiragana that stands alone (らま2)."""
    return katakana_words(text) or [run for run in runs(text) if len(run) > 1 and _HIRAGANA.fullmatch(run)]


def _heard(probes: Probes, spelled: str, most: int = _MOST_SOUNDING) -> list[_Reading]:
    least = 75 if len(spelled) > 5 else 78 if len(spelled) > 4 else 80
    wanted = sounds(spelled)
    known = {other.word: other for other in probes.sounding(wanted, most)}
    common = (Word(word, 1) for sound in wanted for word in english_words().get(sound, ()) if word not in known)
    heard = [(alike(spelled, other.word), other) for other in (*known.values(), *common)]
    return sorted((_Reading(alikeness + 5 * log(other.papers), alikeness, other.word)
                   for alikeness, other in heard if alikeness >= least), reverse=True)  # fmt: skip


def _heard_together(probes: Probes, spelled: str) -> Iterator[_Reading]:
    """Yield pairs of English words that sound like the two parts of a word (バッチノーマライゼーション)."""
    for at in range(_PART, len(spelled) - _PART + 1):
        if spelled[at] in _NEVER_FIRST:
            continue
        fronts = _doubtless(_heard(probes, spelled[:at]))
        backs = _doubtless(_heard(probes, spelled[at:])) if fronts else []
        for front, back in product(fronts, backs):
            alikeness = min(front.alikeness, back.alikeness)
            yield _Reading(min(front.weight, back.weight), alikeness, f"{front.english} {back.english}")


def _doubtless(heard: list[_Reading]) -> list[_Reading]:
    return [reading for reading in heard if reading.alikeness >= _SOUNDS_SO][:_MOST_PARTS]
