"""How many typos two texts are apart, as rapidfuzz counts them; no start needs its import of 5 ms and 2 MB."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache


def is_one_typo(one: str, other: str) -> bool:
    """Return whether one letter is wrong, missing, too many, or exchanged with its neighbour."""
    return _distance()(one, other, score_cutoff=1) == 1


def similarity(one: str, other: str, least: float = 0.0) -> float:
    """Return how similar two texts are, from 0 to 1; 0 if less than `least`."""
    return _similarity()(one, other, score_cutoff=least)


@cache
def _distance() -> Callable[..., int]:
    from rapidfuzz.distance import OSA

    return OSA.distance


@cache
def _similarity() -> Callable[..., float]:
    from rapidfuzz.distance import OSA

    return OSA.normalized_similarity
