"""What may have been meant where hardly anything is found: slips mended, katakana read, Japanese terms in English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from math import log

from bot.domain.folding import fold, kana, katakana_words, unspaced
from bot.store.search.asked import Asked
from bot.store.search.glossary import translations
from bot.store.search.probes import Probes
from bot.store.search.ranking import Why
from bot.store.search.slips import Slip, slips
from bot.store.search.sounds import alike, sounds

_TO_HIRAGANA = {n: n - 0x60 for n in range(0x30A1, 0x30F7)}
_WORD = re.compile("[a-z0-9]+")
_STRAY = re.compile("(?<!\\w)ー+(?=\\w)")  # a long vowel of nothing
_SURE = 97.0  # a reading that is this much alike goes before a mended slip
_MOST_UNITS, _MOST_EACH, _MOST_SOUNDING = 12, 4, 60
_AS_LIKELY = 1.5  # slips whose likelihoods (as logarithms) differ by less are not told apart


def others(probes: Probes, asked: Asked) -> Iterator[tuple[str, Why, float]]:
    """Yield other texts for the query, why, and their rank: the likeliest have the lowest, likely alike the same."""
    if len(asked.units) > _MOST_UNITS:
        return
    strayed = _STRAY.search(asked.text) is not None
    if strayed:
        asked = Asked(_STRAY.sub("", asked.text))
        yield asked.text, Why.TYPO, 0
    readings = list(_readings(probes, asked))
    ranked = list(_mended(probes, asked))
    told = strayed or any(telling for *_, telling in ranked)
    yield from ((text, Why.TYPO, rank) for text, rank, telling in ranked if telling)
    yield from ((text, Why.READING, 1 if told else 0) for text, alikeness in readings if alikeness >= _SURE)
    yield from ((text, Why.TYPO, rank) for text, rank, telling in ranked if not telling)
    yield from ((text, Why.READING, 6) for text, alikeness in readings if alikeness < _SURE)
    yield from ((text, Why.READING, 7) for text in translations(asked.text))


def _mended(probes: Probes, asked: Asked) -> Iterator[tuple[str, float, bool]]:
    """Yield the query with one word mended, or each that nobody has written so, its rank, and whether slips tell it."""
    known = {word for word, _ in probes.words(asked.units)}
    unknown = [at for at, unit in enumerate(asked.units) if unit not in known and _mendable(unit)]
    choices = {at: slips(probes, asked.units[at]) for at in unknown}
    if len(unknown) > 1 and all(choices.values()):
        yield " ".join(choices[at][0].word if at in choices else unit for at, unit in enumerate(asked.units)), 0, True
    for at, found in choices.items():
        yield from _ranked(found, *_around(asked, at))
    if asked.squeezed.isascii() and 1 < len(asked.units) < 5:
        yield from _ranked(slips(probes, asked.squeezed))


def _around(asked: Asked, at: int) -> tuple[str, str]:
    """Return what stands before and after a word of the query, with the marks that were typed where that can be."""
    if asked.text.isascii():
        begin, end = list(_WORD.finditer(asked.text))[at].span()
        return asked.text[:begin], asked.text[end:]
    return " ".join((*asked.units[:at], "")), " ".join(("", *asked.units[at + 1 :]))


def _ranked(found: Sequence[Slip], before: str = "", after: str = "") -> Iterator[tuple[str, float, bool]]:
    for slip in found:
        unlikely = (found[0].likelihood - slip.likelihood) / _AS_LIKELY
        yield f"{before}{slip.word}{after}", min(4.0, unlikely), slip.telling


def _mendable(unit: str) -> bool:
    return kana(unit) or not unspaced(unit)


def _readings(probes: Probes, asked: Asked) -> Iterator[tuple[str, float]]:
    """Yield the query with a katakana word replaced by English words that sound like it, and how much they do."""
    for word in katakana_words(asked.text):
        spelled = word.translate(_TO_HIRAGANA)
        heard = [(alike(spelled, other.word), other) for other in probes.sounding(sounds(spelled), _MOST_SOUNDING)]
        least = 60 if len(spelled) > 5 else 70 if len(spelled) > 4 else 78
        likely = sorted(((alikeness + 5 * log(other.papers), alikeness, other.word)
                         for alikeness, other in heard if alikeness >= least), reverse=True)  # fmt: skip
        folded = fold(word)
        for _, alikeness, english in islice(likely, _MOST_EACH):
            yield " ".join(english if unit == folded else unit for unit in asked.units), alikeness
