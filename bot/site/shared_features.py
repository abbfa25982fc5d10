"""By what papers belong together: words of their titles, tags, authors and years.

A change of one paper touches the lists of its tags, authors and year, and what is related to it; both are found by
these. Those of papers that are as they were come from the last build's manifest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.domain.outline import Outline
from bot.site.catalogue import UNDATED, key_of
from bot.site.manifest import Manifest, decoded, encoded, fields_of, note_of

_FIRST_AUTHORS = 12  # who count for related papers
_WORD = re.compile(r"[a-z][a-z0-9-]{3,}|[\u30a1-\u30fa\u30fc]{3,}|[\u4e00-\u9fff]{3,}")
_COMMON = frozenset(
    ("with", "from", "that", "this", "using", "based", "through", "towards", "toward", "learning", "model", "models")
)
_RELATING = ("word:", "tag:", "by:")
_SHELVES = {"tag": "tag", "by": "author", "with": "author", "year": "year"}


class SharedFeatures:
    """The features of all papers; `old` is empty where nothing of the last build may be used."""

    def __init__(self, papers: Sequence[Outline], old: Manifest) -> None:
        self.changed = {paper.number for paper in papers if not old.has_note(paper_group(paper.number), paper.digest)}
        self._notes = {
            paper.number: _new_note(paper) if paper.number in self.changed else old.lines[paper_group(paper.number)]
            for paper in papers
        }

    def of(self, number: int) -> Sequence[str]:
        """Return the features of a paper."""
        return [decoded(feature) for feature in _features(self._notes[number])]

    def holders(self, features: Iterable[str]) -> Mapping[str, list[int]]:
        """Return the papers that have each of these features, newest first."""
        holders: dict[bytes, list[int]] = {encoded(feature): [] for feature in features}
        wanted = holders.keys()
        for number, note in self._notes.items():
            if not wanted.isdisjoint(of_paper := _features(note)):
                for feature in of_paper:
                    if feature in wanted:
                        holders[feature].append(number)
        return {decoded(feature): numbers for feature, numbers in holders.items()}


def features_of(paper: Outline) -> Iterator[str]:
    """Yield the features of a paper, each once."""
    words = _WORD.findall(f"{paper.headline or ''} {paper.title}".casefold())
    yield from dict.fromkeys(f"word:{word}" for word in words if word not in _COMMON)
    yield from dict.fromkeys(f"tag:{key_of(tag)}" for tag in paper.tags)
    yield from dict.fromkeys(f"by:{key_of(name)}" for name in paper.authors[:_FIRST_AUTHORS])
    yield from dict.fromkeys(f"with:{key_of(name)}" for name in paper.authors[_FIRST_AUTHORS:])
    yield f"year:{paper.year or UNDATED}"


def is_relating(feature: str) -> bool:
    """Return whether papers are related that share this feature."""
    return feature.startswith(_RELATING)


def of_author(feature: str) -> Sequence[str]:
    """Return the features of papers with the same author as this one; for others the feature itself."""
    kind, _, key = feature.partition(":")
    return (f"by:{key}", f"with:{key}") if kind in ("by", "with") else (feature,)


def shelf_group(feature: str) -> str | None:
    """Return the name of the group of pages that list the papers with a feature."""
    kind, _, key = feature.partition(":")
    return f"{_SHELVES[kind]}:{key}" if kind in _SHELVES else None


def paper_group(number: int) -> str:
    """Return the name of the group of pages of a paper."""
    return f"paper:{number}"


def _new_note(paper: Outline) -> bytes:
    return note_of((paper.digest, *features_of(paper)))


def _features(note: bytes) -> list[bytes]:
    return fields_of(note)[1:]
