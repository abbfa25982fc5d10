"""Which papers are related: they share rare words of their titles, tags or authors.

What is rare depends on the papers that share it alone, so a change of one paper touches only those that share
something with it, and the others keep what the last build found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import log2
from sys import intern

from bot.domain.outline import Outline
from bot.site.catalogue import Catalogue, key_of
from bot.site.manifest import fingerprint

MOST = 4
_RARE = 50  # papers that may share a word, a tag or an author before it says nothing any more
_FIRST_AUTHORS = 12
_WORD = re.compile(r"[a-z][a-z0-9-]{3,}|[\u30a1-\u30fa\u30fc]{3,}|[\u4e00-\u9fff]{3,}")
_COMMON = frozenset(
    ("with", "from", "that", "this", "using", "based", "through", "towards", "toward", "learning", "model", "models")
)
Note = list[object]
"""What is noted of a paper for the next build: a fingerprint of what shares something with it, and the related ones."""


class Related:
    """Finds related papers; `notes` of the last build save most of the work."""

    def __init__(self, catalogue: Catalogue, notes: Mapping[str, Note]) -> None:
        self._papers = catalogue.by_number
        self._most = _RARE if len(self._papers) >= 4 * _RARE else max(2, len(self._papers) // 3)
        self._holders: dict[str, list[int]] = defaultdict(list)
        self._features: dict[int, tuple[str, ...]] = {}
        self._prints: dict[str, str] = {}
        self._marks = {paper.number: f"{paper.number}:{paper.date}" for paper in catalogue.papers}
        for paper in catalogue.papers:
            self._features[paper.number] = features = tuple(map(intern, _features(paper)))
            for feature in features:
                self._holders[feature].append(paper.number)
        self._notes = notes
        self.new_notes: dict[str, Note] = {}

    def of(self, paper: Outline) -> Sequence[Outline]:
        """Return the papers related to one, the closest first."""
        holders, most = self._holders, self._most
        features = [feature for feature in self._features[paper.number] if 1 < len(holders[feature]) <= most]
        seen = fingerprint(*map(self._print, features))
        note = self._notes.get(paper.id)
        if note and note[0] == seen and all(number in self._papers for number in note[1:]):
            numbers: Sequence[int] = [int(str(number)) for number in note[1:]]
        else:
            numbers = self._closest(paper, features)
        self.new_notes[paper.id] = [seen, *numbers]
        return [self._papers[number] for number in numbers]

    def _closest(self, paper: Outline, features: Sequence[str]) -> Sequence[int]:
        scores, shared = defaultdict[int, float](float), defaultdict[int, int](int)
        for feature in features:
            holders = self._holders[feature]
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
        return order[:MOST]

    def _print(self, feature: str) -> str:
        """Return the feature with what differs when other papers have it, or one of them has another date."""
        if feature not in self._prints:
            marks = map(self._marks.__getitem__, self._holders[feature])
            self._prints[feature] = f"{feature}:{fingerprint(*marks)}"
        return self._prints[feature]


def _features(paper: Outline) -> Iterator[str]:
    words = _WORD.findall(f"{paper.headline or ''} {paper.title}".casefold())
    yield from dict.fromkeys(f"word:{word}" for word in words if word not in _COMMON)
    yield from dict.fromkeys(f"tag:{key_of(tag)}" for tag in paper.tags)
    yield from dict.fromkeys(f"by:{key_of(name)}" for name in paper.authors[:_FIRST_AUTHORS])
