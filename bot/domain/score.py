"""How likely a team accepts a paper, and why."""

from __future__ import annotations

from typing import NamedTuple

LEAST_DECISIONS = 20  # before a team's finds have scores; with fewer, chance would count more than taste


class ScoreFeature(NamedTuple):
    """A feature that counted, as the paper writes it: a word, an author or a venue; for the paper or against."""

    text: str
    is_for: bool


class Score(NamedTuple):
    """The likelihood of acceptance, from 0 to 1, and the features that counted most: for it, then against it."""

    value: float
    reasons: tuple[ScoreFeature, ...]
