"""Which pages a build has to look at: those that show something of a paper or an edition that changed.

The others are as the last build left them, and the build does not even work out what is on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from typing import Any

from bot.site.manifest import Manifest
from bot.site.pages.editions import shown_of
from bot.site.related import most_holders
from bot.site.shared_features import SharedFeatures, of_author, paper_group, shelf_group
from bot.site.site import Site

Editions = Mapping[str, Sequence[Any]]
"""For each edition what pages show of it, followed by the numbers of its papers."""


@dataclass(frozen=True, slots=True)
class BuildScope:
    """Papers by number and groups of the last build; `shelves` is None for all of them."""

    papers: Set[int]
    shelves: Set[str] | None
    groups: Set[str]
    features: SharedFeatures

    def has(self, shelf: str) -> bool:
        """Return whether the group of a tag, a year or an author is to be looked at."""
        return self.shelves is None or shelf in self.shelves


def scope_of(site: Site, old: Manifest, damaged: Set[str]) -> BuildScope:
    """Return what to look at; `damaged` are groups of which files are missing."""
    papers = site.catalogue.papers
    if old.notes.get("common") != common_of(site):
        return BuildScope(site.catalogue.by_number.keys(), None, old.lines.keys(), SharedFeatures(papers, Manifest()))
    features = SharedFeatures(papers, old)
    known = {paper_group(number) for number in site.catalogue.by_number}
    removed = [name for name in old.lines if name.startswith("paper:") and name not in known]
    changed = {paper_group(number) for number in features.changed} | {*removed}
    keys = _keys(features, old, changed)
    near = _near(features, keys, most_holders(len(papers)) + len(changed))
    shown = _in_changed_editions(old.notes["editions"], editions_of(site))
    touched = {number for number in chain(features.changed, near, shown) if number in site.catalogue.by_number}
    touched |= {number for number in site.catalogue.by_number if damaged and paper_group(number) in damaged}
    shelves = {shelf for feature in keys if (shelf := shelf_group(feature))} | damaged
    others = {name for name in old.lines if ":" not in name}
    return BuildScope(touched, shelves, {*map(paper_group, touched), *removed, *shelves, *others}, features)


def common_of(site: Site) -> str:
    """Return a text that differs when every page may differ."""
    return site.fingerprint(str(most_holders(len(site.catalogue.papers))))


def editions_of(site: Site) -> Editions:
    """Return what pages of papers show of editions."""
    return {str(each.id): [shown_of(site, each), *each.papers] for each in site.catalogue.editions}


def _keys(features: SharedFeatures, old: Manifest, changed: Iterable[str]) -> set[str]:
    """Return the features that changed papers have or had."""
    before = (feature for name in changed for feature in old.note(name)[1:])
    now = (feature for number in features.changed for feature in features.of(number))
    return {each for feature in chain(before, now) for each in of_author(feature)}


def _near(features: SharedFeatures, keys: Set[str], most: int) -> set[int]:
    """Return the papers that share one of these features with few others, which are those it can make related.

    An author's second paper leads to a page of the author from the first one too.
    """
    return {number for holders in features.holders(keys).values() if len(holders) <= most for number in holders}


def _in_changed_editions(old: Editions, new: Editions) -> set[int]:
    """Return the papers of editions that are new, gone or not as they were."""
    ids = [id for id in old.keys() | new.keys() if old.get(id) != new.get(id)]
    return {number for id in ids for each in (old, new) for number in each.get(id, ())[1:]}
