"""Which papers are related: they share rare words of their titles, tags or authors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import log2

from bot.domain.outline import Outline
from bot.site.catalogue import Catalogue
from bot.site.shared_features import SharedFeatures, is_relating

MOST = 4
_RARE = 50  # papers that may share a word, a tag or an author before it says nothing any more


class Related:
    """Finds what is related to some papers, given by their numbers."""

    def __init__(self, catalogue: Catalogue, features: SharedFeatures, numbers: Iterable[int]) -> None:
        self._papers, self._features, self._most = catalogue.by_number, features, most_holders(len(catalogue.papers))
        shared = {feature for number in numbers for feature in features.of(number) if is_relating(feature)}
        self._holders = features.holders(shared)

    def of(self, paper: Outline) -> Sequence[Outline]:
        """Return the papers related to one of the given, the closest first."""
        scores, shared = defaultdict[int, float](float), defaultdict[int, int](int)
        for feature in filter(is_relating, self._features.of(paper.number)):
            holders = self._holders[feature]
            if not 1 < len(holders) <= self._most:
                continue
            is_word = feature.startswith("word:")
            weight = (1.0 if is_word else 1.5) / log2(1 + len(holders))
            for number in holders:
                scores[number] += weight
                shared[number] += 1 if is_word else 2
        order = sorted(
            (number for number in scores if shared[number] > 1 and number != paper.number),
            key=lambda number: (scores[number], self._papers[number].date, number),
            reverse=True,
        )
        return [self._papers[number] for number in order[:MOST]]


def most_holders(papers: int) -> int:
    """Return how many papers of a collection may share a feature before it says nothing any more."""
    return _RARE if papers >= 4 * _RARE else max(2, papers // 3)
