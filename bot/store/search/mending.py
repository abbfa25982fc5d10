"""What may have been meant where hardly anything is found: slips mended, katakana read, Japanese terms in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log

from bot.domain.folding import fold, kana, katakana_words, unspaced
from bot.store.search.asked import Asked
from bot.store.search.glossary import translations
from bot.store.search.probes import Probes
from bot.store.search.ranking import Why
from bot.store.search.slips import slips
from bot.store.search.sounds import alike, sounds

_TO_HIRAGANA = {n: n - 0x60 for n in range(0x30A1, 0x30F7)}
_WORD = re.compile("[a-z0-9]+")
_STRAY = re.compile("(?<!\\w)ー+(?=\\w)")  # a long vowel of nothing
_MOST_UNITS, _MOST_EACH, _MOST_SOUNDING, _MOST_RANK = 12, 4, 60, 6.0
_EVEN_ALIKE, _ALIKE_PER = 94.0, 2.0  # a reading that is so much alike is as likely as a slip, and e times so by so much
_JOINED = 2.0  # a slip in words that are one word otherwise (ce-gocd) leaves less doubt by so much
_SURE = 20.0  # the likelihood of what hardly leaves a doubt
_A_RANK = 1.5  # of likelihood, as a logarithm: what differs by less is not told apart


@dataclass(frozen=True, slots=True)
class Other:
    """Another text for the query, why, and the logarithm of how likely it was meant."""

    text: str
    why: Why
    likelihood: float


def others(probes: Probes, asked: Asked) -> Iterator[tuple[str, Why, float]]:
    """Yield other texts for the query, the likeliest first, why, and their rank: 0, and more the less likely."""
    if len(asked.units) > _MOST_UNITS:
        return
    found: list[Other] = []
    if _STRAY.search(asked.text):
        asked = Asked(_STRAY.sub("", asked.text))
        found.append(Other(asked.text, Why.TYPO, _SURE))
    found += sorted((*_mended(probes, asked), *_readings(probes, asked)), key=lambda other: -other.likelihood)
    for other in found:
        yield other.text, other.why, min(_MOST_RANK, (found[0].likelihood - other.likelihood) / _A_RANK)
    yield from ((text, Why.READING, _MOST_RANK + 1) for text in translations(asked.text))


def _mended(probes: Probes, asked: Asked) -> Iterator[Other]:
    """Yield the query with one word mended, or each that nobody has written so."""
    known = {word for word, _ in probes.words(asked.units)}
    unknown = [at for at, unit in enumerate(asked.units) if unit not in known and _mendable(unit)]
    choices = {at: slips(probes, asked.units[at]) for at in unknown}
    if len(unknown) > 1 and all(choices.values()):
        text = " ".join(choices[at][0].word if at in choices else unit for at, unit in enumerate(asked.units))
        yield Other(text, Why.TYPO, _SURE)
    for at, found in choices.items():
        before, after = _around(asked, at)
        yield from (Other(f"{before}{slip.word}{after}", Why.TYPO, slip.likelihood) for slip in found)
    if asked.squeezed.isascii() and 1 < len(asked.units) < 5:
        yield from (Other(slip.word, Why.TYPO, slip.likelihood + _JOINED) for slip in slips(probes, asked.squeezed))


def _around(asked: Asked, at: int) -> tuple[str, str]:
    """Return what stands before and after a word of the query, with the marks that were typed where that can be."""
    if asked.text.isascii():
        begin, end = list(_WORD.finditer(asked.text))[at].span()
        return asked.text[:begin], asked.text[end:]
    return " ".join((*asked.units[:at], "")), " ".join(("", *asked.units[at + 1 :]))


def _mendable(unit: str) -> bool:
    return kana(unit) or not unspaced(unit)


def _readings(probes: Probes, asked: Asked) -> Iterator[Other]:
    """Yield the query with a katakana word replaced by English words that sound like it."""
    for word in katakana_words(asked.text):
        spelled, folded = word.translate(_TO_HIRAGANA), fold(word)
        heard = [(alike(spelled, other.word), other) for other in probes.sounding(sounds(spelled), _MOST_SOUNDING)]
        least = 60 if len(spelled) > 5 else 70 if len(spelled) > 4 else 78
        likely = sorted(((alikeness + 5 * log(other.papers), alikeness, other.word)
                         for alikeness, other in heard if alikeness >= least), reverse=True)  # fmt: skip
        for rank, alikeness, english in likely[:_MOST_EACH]:
            text = " ".join(english if unit == folded else unit for unit in asked.units)
            behind = (likely[0][0] - rank) / 10
            yield Other(text, Why.READING, (alikeness - _EVEN_ALIKE) / _ALIKE_PER - behind)
