"""What may have been meant where hardly anything is found: slips mended, katakana read, Japanese terms in English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log

from rapidfuzz.distance import OSA

from bot.domain.folding import cut, fold, kana, katakana_words, unspaced
from bot.store.search.asked import Asked
from bot.store.search.glossary import translations
from bot.store.search.probes import Near, Probes, Word
from bot.store.search.ranking import Why
from bot.store.search.sounds import alike, sounds

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_TO_HIRAGANA = {n: n - 0x60 for n in range(0x30A1, 0x30F7)}
_ALIKE = ("0o", "1il", "2z", "5s", "8b", "9gq", "uv", "mn")
_SURE = 97.0  # a reading that is this much alike goes before a mended slip
_BY_LETTERS = 8  # up to this length all slips are tried; of longer words one half is whole
_MOST_UNITS, _MOST_EACH, _MOST_SOUNDING = 12, 4, 60
_INSIDE_KATAKANA = 4  # letters of a word that may be mistyped within a longer one
_AS_LIKELY = 1.5  # slips whose likelihoods (as logarithms) differ by less are not told apart


@dataclass(frozen=True, slots=True)
class Slip:
    """A word of the vocabulary that is one slip away, and the logarithm of how likely it was meant."""

    word: str
    likelihood: float


def others(probes: Probes, asked: Asked) -> Iterator[tuple[str, Why, int]]:
    """Yield other texts for the query, why, and their rank: the likeliest have the lowest, likely alike the same."""
    if len(asked.units) > _MOST_UNITS:
        return
    readings = list(_readings(probes, asked))
    ranked = [(text, Why.READING, 0) for text, alikeness in readings if alikeness >= _SURE]
    ranked += [(text, Why.TYPO, rank) for text, rank in _mended(probes, asked)]
    ranked += [(text, Why.READING, 6) for text, alikeness in readings if alikeness < _SURE]
    yield from ranked
    yield from ((text, Why.READING, 7) for text in translations(asked.text))


def slips(probes: Probes, word: str) -> list[Slip]:
    """Return the words of the vocabulary that are one slip away, the likeliest first."""
    size = len(word)
    if size < (4 if word.isascii() else 3) or word.isdigit():
        return []
    if word.isascii() and size <= _BY_LETTERS:
        near = probes.words(sorted(_one_slip(word)))
    else:
        front = (size - 1) // 2
        near = probes.between(word[:front], word[front + 1 :], size - 1, size + 1)
    if not word.isascii() and size >= _INSIDE_KATAKANA:
        near = [*near, *_inside_katakana(probes, word)]
    found = [Slip(other.word, _likelihood(word, other))
             for other in dict.fromkeys(near) if OSA.distance(word, other.word, score_cutoff=1) == 1]  # fmt: skip
    return sorted(found, key=lambda slip: -slip.likelihood)[:_MOST_EACH]


def _inside_katakana(probes: Probes, word: str) -> Iterator[Word]:
    """Yield what stands in headlines and titles for a word of kana, where it is within a longer one.

    One half of it is whole, and what stands beside that half is looked at.
    """
    front = len(word) // 2
    for half, at in ((word[:front], 0), (word[front:], front)):
        for row in probes.matching("head", Near(tuple(cut(half)[:-1])), _MOST_SOUNDING):
            line = (row.headline_words + row.title_words).replace(" ", "")
            start = line.find(half)
            for size in (len(word) - 1, len(word), len(word) + 1) if start >= 0 else ():
                begin = start if at == 0 else start + len(half) - size
                if begin >= 0:
                    yield Word(line[begin : begin + size], 1)


def _likelihood(typed: str, meant: Word) -> float:
    """Return how likely a word was meant: what is frequent, and slips that leave little choice.

    A letter left out or two exchanged can only come from few words; a wrong or added one from 26 times as many.
    """
    likelihood = 0.7 * log(meant.papers) + (1.0 if typed[0] == meant.word[0] else 0.0)
    if len(typed) < len(meant.word) or sorted(typed) == sorted(meant.word):
        return likelihood + log(26)
    if len(typed) == len(meant.word):
        wrong = next(a + b for a, b in zip(typed, meant.word, strict=True) if a != b)
        likelihood += 2.0 if any(set(wrong) <= set(group) for group in _ALIKE) else 0.0
    return likelihood


def _one_slip(word: str) -> set[str]:
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return {
        *(a + b[1:] for a, b in cuts if b),
        *(a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1),
        *(a + c + b[1:] for a, b in cuts if b for c in _LETTERS),
        *(a + c + b for a, b in cuts for c in _LETTERS),
    }


def _mended(probes: Probes, asked: Asked) -> Iterator[tuple[str, int]]:
    """Yield the query with one word mended, or each that nobody has written so, and its rank."""
    if asked.squeezed.isascii() and 1 < len(asked.units) < 5:
        yield from _ranked(slips(probes, asked.squeezed), "{}")
    unknown = [at for at, unit in enumerate(asked.units) if _mendable(unit) and not probes.words([unit])]
    choices = {at: slips(probes, asked.units[at]) for at in unknown}
    if len(unknown) > 1 and all(choices.values()):
        yield " ".join(choices[at][0].word if at in choices else unit for at, unit in enumerate(asked.units)), 0
    for at, found in choices.items():
        yield from _ranked(found, " ".join((*asked.units[:at], "{}", *asked.units[at + 1 :])))


def _ranked(found: Sequence[Slip], frame: str) -> Iterator[tuple[str, int]]:
    for slip in found:
        unlikely = (found[0].likelihood - slip.likelihood) / _AS_LIKELY
        yield frame.format(slip.word), min(4, int(unlikely))


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
