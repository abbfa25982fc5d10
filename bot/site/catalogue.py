"""All papers of the site in outline, by tag, year and author; what every list and every link is made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from bot.domain.folding import normalize
from bot.domain.outline import EditionOutline, Outline
from bot.site.manifest import fingerprint
from bot.site.names import file_name

NAMED_AUTHORS = 3  # in lists
UNDATED = "undated"


class Shelf(NamedTuple):
    """The papers of one tag, year or author, with its name as people write it and as it is compared."""

    name: str
    key: str
    papers: Sequence[Outline]

    @property
    def file(self) -> str:
        """Return the name of the shelf's file."""
        return file_name(self.key)


@lru_cache(maxsize=65_536)
def key_of(name: str) -> str:
    """Return a tag or a person's name as it is compared: `RAG` and `rag` are one."""
    return normalize(name)


@dataclass(frozen=True)
class Catalogue:
    """The collection in outline; `papers` and `editions` are newest first."""

    papers: Sequence[Outline]
    editions: Sequence[EditionOutline]
    _listed: dict[int, str] = field(default_factory=dict)

    @cached_property
    def by_number(self) -> Mapping[int, Outline]:
        """Return the papers by number."""
        return {paper.number: paper for paper in self.papers}

    @cached_property
    def tags(self) -> Mapping[str, Shelf]:
        """Return the shelves of tags by their keys, the most used first."""
        return _shelves(self.papers, lambda paper: paper.tags, at_least=1)

    @cached_property
    def authors(self) -> Mapping[str, Shelf]:
        """Return the shelves of authors with more than one paper by their keys, the most prolific first."""
        return _shelves(self.papers, lambda paper: paper.authors, at_least=2)

    @cached_property
    def years(self) -> Mapping[str, Shelf]:
        """Return the shelves of years, the newest first; papers without a date come last, under `undated`."""
        groups: dict[str, list[Outline]] = defaultdict(list)
        for paper in self.papers:
            groups[paper.year or UNDATED].append(paper)
        for papers in groups.values():
            papers.sort(key=lambda paper: paper.date, reverse=True)
        order = sorted(groups, key=lambda year: "" if year == UNDATED else year, reverse=True)
        return {year: Shelf(year, year, groups[year]) for year in order}

    @cached_property
    def streams(self) -> Mapping[str, Sequence[EditionOutline]]:
        """Return the editions by subscription, the one with the newest edition first."""
        groups: dict[str, list[EditionOutline]] = defaultdict(list)
        for edition in self.editions:
            groups[edition.subscription].append(edition)
        return groups

    @cached_property
    def editions_of(self) -> Mapping[int, Sequence[EditionOutline]]:
        """Return the editions that had each paper, by its number, oldest first."""
        groups: dict[int, list[EditionOutline]] = defaultdict(list)
        for edition in reversed(self.editions):
            for number in dict.fromkeys(edition.papers):
                groups[number].append(edition)
        return groups

    def listed(self, number: int) -> str:
        """Return a fingerprint of what a list shows of a paper."""
        if number not in self._listed:
            self._listed[number] = _listed(self.by_number[number])
        return self._listed[number]


def catalogue_of(papers: Iterable[Outline], editions: Sequence[EditionOutline]) -> Catalogue:
    """Return the catalogue of these papers, and of the editions that still have some of them."""
    newest_first = sorted(papers, key=lambda paper: (paper.added_at, paper.date, paper.number), reverse=True)
    known = {paper.number for paper in newest_first}
    kept = [replace(each, papers=tuple(n for n in each.papers if n in known)) for each in editions]
    return Catalogue(newest_first, [edition for edition in kept if edition.papers])


def paper_path(paper: Outline) -> str:
    """Return the path of a paper's page."""
    return f"papers/{file_name(paper.id)}.html"


def edition_path(edition: EditionOutline) -> str:
    """Return the path of an edition's page."""
    return f"editions/{file_name(edition.subscription)}-{edition.number}.html"


def _shelves(
    papers: Sequence[Outline], names_of: Callable[[Outline], Iterable[str]], at_least: int
) -> dict[str, Shelf]:
    groups: dict[str, list[Outline]] = defaultdict(list)
    first: dict[str, str] = {}
    others: dict[str, list[str]] = defaultdict(list)
    for paper in papers:
        for name in names_of(paper):
            group = groups[key := key_of(name)]
            if group and group[-1] is paper:
                continue
            group.append(paper)
            if first.setdefault(key, name) != name:
                others[key].append(name)
    order = sorted((key for key in groups if len(groups[key]) >= at_least), key=lambda key: (-len(groups[key]), key))
    usual = {key: _usual(first[key], len(groups[key]) - len(names), names) for key, names in others.items()}
    return {key: Shelf(usual.get(key, first[key]), key, groups[key]) for key in order}


def _usual(name: str, count: int, others: Sequence[str]) -> str:
    """Return the most frequent of a name's spellings; `count` is how often it has the first one."""
    spellings = Counter(others) + Counter({name: count})
    return min(spellings, key=lambda each: (-spellings[each], each))


def _listed(paper: Outline) -> str:
    authors = paper.authors[: NAMED_AUTHORS + 1]
    return fingerprint(paper.id, paper.headline or "", paper.title, paper.date, str(len(paper.authors)), *authors)
