"""How much a paper is like those that a team accepted: naive Bayes over its features, with the features that counted.

A feature's weight is the log-odds of acceptance among the papers with it beside those of all papers, drawn towards zero
by a few imaginary papers. Weights are cubed before they are added, so that a hundred words that hardly tell do not
outvote the few that do. The team's collection counts a little like accepted papers, and its authors much. All this is
counts, so a decision is learned or unlearned by adding or subtracting one, in any order.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias
from zlib import crc32

from bot.domain.paper import Paper
from bot.domain.paper_features import AUTHOR, features_of
from bot.domain.score import Score, ScoreFeature

Example: TypeAlias = Literal["accepted", "rejected", "collected"]
"""What a paper is to a team: accepted or rejected in the inbox, or one of the collection."""

# Features are counted by a hash, in tables of a fixed size: 5,000 papers have some 100,000 features. Two features of
# one hash share their counts, which changes a score little.
_WORDS, _AUTHORS = 1 << 18, 1 << 17
# Each feature begins with so many imaginary papers, of which as large a share is accepted as of all.
_RESTRAINT = 5.0
# A paper of the collection counts as this part of an accepted one; all of them together, as at most this part of the
# number of decisions.
_COLLECTED, _MOST_COLLECTED = 0.3, 0.6
_BY_AUTHOR = 3.0  # but for its authors, it counts as so many accepted ones
# How a paper's evidence becomes log-odds, as bench.score_quality found: a paper as good as any has _USUAL of it; from
# there, _UNIT sets how much more of it tells, ever less, and _STEEPNESS by how much the odds change.
_USUAL, _UNIT, _STEEPNESS = 3.5, 3.0, 0.8
_MOST_REASONS = 3  # for, and as many against
# A feature is shown from this evidence on, and from this part of the strongest one's.
_LEAST_REASON, _LEAST_SHARE = 0.2, 0.1


class Features(NamedTuple):
    """A paper's features: the hash under which each is counted, and how the paper writes it (`texts`, one a line)."""

    hashes: array[int]
    texts: str


def counted_features(paper: Paper) -> Features:
    """Return the features of a paper in the form in which thousands of papers are kept."""
    texts = {_hash(key): " ".join(text.split()) for key, text in features_of(paper).items()}
    return Features(array("I", texts), "\n".join(texts.values()))


class Classifier:
    """What a team's decisions and collection tell about papers."""

    def __init__(self) -> None:
        self._papers: dict[Example, int] = {"accepted": 0, "rejected": 0, "collected": 0}
        self._counts = {each: array("H", bytes(2 * (_WORDS + _AUTHORS))) for each in self._papers}

    @property
    def decisions(self) -> int:
        """Return how many decisions it has learned."""
        return self._papers["accepted"] + self._papers["rejected"]

    def learn(self, example: Example, features: Iterable[int], times: int = 1) -> None:
        """Count a paper's features; -1 times takes back what was learned."""
        counts = self._counts[example]
        self._papers[example] += times
        for feature in features:
            counts[feature] += times

    def scorer(self) -> Scorer:
        """Return what scores papers by all that was learned so far."""
        return Scorer(self._papers, self._counts)


class Scorer:
    """Scores papers while the counts stay as they are; it weighs each feature once."""

    def __init__(self, papers: Mapping[Example, int], counts: Mapping[Example, array[int]]) -> None:
        accepted, decided = papers["accepted"], papers["accepted"] + papers["rejected"]
        self._share = (accepted + 1) / (decided + 2)
        self._decided = max(1, decided)
        self._collected = min(_COLLECTED * papers["collected"], _MOST_COLLECTED * decided)
        self._each = self._collected / max(1, papers["collected"])
        self._counts = counts
        self._evidence: dict[int, float] = {}

    def score(self, features: Features) -> Score:
        """Return a paper's score by its features."""
        texts = features.texts.split("\n")
        evidence = sorted((self._of(feature), text) for feature, text in zip(features.hashes, texts, strict=False))
        excess = (math.fsum(each for each, _ in evidence) - _USUAL) / _UNIT
        odds = self._share / (1 - self._share) * math.exp(_STEEPNESS * math.asinh(excess))
        return Score(round(odds / (1 + odds), 2), _reasons(evidence))

    def _of(self, feature: int) -> float:
        if (known := self._evidence.get(feature)) is None:
            known = self._evidence[feature] = self._weight(feature) ** 3
        return known

    def _weight(self, feature: int) -> float:
        """Return the log-odds of acceptance with a feature beside those of all papers, 0 for one that tells nothing."""
        accepted: float = self._counts["accepted"][feature]
        rejected: float = self._counts["rejected"][feature]
        collected = self._counts["collected"][feature]
        if feature >= _WORDS:
            accepted += _BY_AUTHOR * collected
        else:  # the collection tells as far as it has a feature more often than what was decided on
            usual = (accepted + rejected) / self._decided
            accepted += self._each * collected
            rejected += self._collected * usual * (1 - self._share) / self._share
        share = (accepted + _RESTRAINT * self._share) / (accepted + rejected + _RESTRAINT)
        return _log_odds(share) - _log_odds(self._share)


def _reasons(evidence: Sequence[tuple[float, str]]) -> tuple[ScoreFeature, ...]:
    """Return the strongest of the features sorted by their evidence, each text once."""
    least = max(_LEAST_REASON, _LEAST_SHARE * max((abs(each) for each, _ in evidence), default=0))
    pros = dict.fromkeys(text for each, text in reversed(evidence) if each >= least)
    cons = dict.fromkeys(text for each, text in evidence if -each >= least)
    return (
        *(ScoreFeature(text, True) for text in list(pros)[:_MOST_REASONS]),
        *(ScoreFeature(text, False) for text in list(cons)[:_MOST_REASONS]),
    )


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _hash(key: str) -> int:
    number = crc32(key.encode("utf-8", "surrogatepass"))
    return _WORDS + number % _AUTHORS if key.startswith(AUTHOR) else number % _WORDS
