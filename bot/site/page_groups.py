"""The groups of pages of a site: the pages of one group show the same papers, and are looked at together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from bot.site import assets, feeds, pictures
from bot.site.build_scope import BuildScope
from bot.site.pages import about, browse, editions, lists, not_found, papers, statistics
from bot.site.related import Related
from bot.site.shared_features import paper_group
from bot.site.site import Page, Site


class PageGroup(NamedTuple):
    """Pages, and what to note of them for the next build; names of groups that a scope may leave out have a colon."""

    name: str
    pages: Iterable[Page]
    note: Sequence[str] = ()


def groups_of(site: Site, scope: BuildScope, related: Related) -> Iterator[PageGroup]:
    """Yield what to look at in the order in which it comes into place: none leads to a page that is not there yet."""
    yield from map(alone, assets.pages(site))
    for paper in site.catalogue.papers:
        if paper.number in scope.papers:
            note = (paper.digest, *scope.features.of(paper.number))
            yield PageGroup(paper_group(paper.number), (papers.page(site, paper, related.of(paper)),), note)
    for kind, shelf in lists.shelves_of(site):
        if scope.has(name := f"{kind}:{shelf.key}"):
            feed = [feeds.page_of_tag(site, shelf)] if kind == "tag" else []
            yield PageGroup(name, chain(feed, lists.pages(site, kind, shelf)))
    for module in (editions, browse, about, statistics, pictures, feeds, not_found):
        yield from map(alone, module.pages(site))


def number_of_groups(site: Site, scope: BuildScope) -> int:
    """Return how many groups there are to look at, but for the dozen that every build looks at."""
    catalogue = site.catalogue
    shelves = len(catalogue.tags) + len(catalogue.years) + len(catalogue.authors)
    return len(scope.papers) + (shelves if scope.shelves is None else len(scope.shelves)) + 1


def alone(page: Page) -> PageGroup:
    """Return a page as a group of its own, which every build looks at."""
    return PageGroup(page.key, (page,))
