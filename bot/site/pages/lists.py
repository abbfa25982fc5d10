"""Pages of tags, of years and of authors: every paper that they have, a page of some dozens at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

from bot.domain.dates import PaperDate
from bot.domain.outline import Outline
from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.site import templating
from bot.site.catalogue import UNDATED, Shelf
from bot.site.labels import labels
from bot.site.paging import ListPage, pages_of
from bot.site.site import File, Page, Site, root_of
from bot.site.views import line_of, papers_text, text_in

Kind = Literal["tag", "year", "author"]
FOLDERS: dict[Kind, str] = {"tag": "tags", "year": "years", "author": "authors"}


def shelves_of(site: Site) -> Iterator[tuple[Kind, Shelf]]:
    """Yield every tag, year and author."""
    catalogue = site.catalogue
    shelves: dict[Kind, Mapping[str, Shelf]] = {
        "tag": catalogue.tags,
        "year": catalogue.years,
        "author": catalogue.authors,
    }
    return ((kind, shelf) for kind, by_key in shelves.items() for shelf in by_key.values())


def pages(site: Site, kind: Kind, shelf: Shelf) -> Iterator[Page]:
    """Return the pages of a tag, a year or an author."""
    return (_page(site, kind, shelf, page) for page in pages_of(shelf.file, shelf.papers))


def _page(site: Site, kind: Kind, shelf: Shelf, page: ListPage[Outline]) -> Page:
    path = f"{FOLDERS[kind]}/{page.name}.html"
    listed = [site.catalogue.listed(paper.number) for paper in page.items]
    around = f"{page.newer}/{page.older}/{'' if page.newer else len(shelf.papers)}"

    def render(_: Mapping[int, Paper]) -> Iterator[File]:
        for locale in site.locales:
            name = labels(locale)[UNDATED] if shelf.name == UNDATED and kind == "year" else shelf.name
            count = papers_text(len(shelf.papers), locale)
            yield templating.page(
                site,
                locale,
                "list.html",
                path,
                heading=name,
                name=text_in(name, locale),
                kind=kind,
                kind_name=labels(locale)[kind],
                folder=FOLDERS[kind],
                description=t(locale, "{name}: {count}", name=name, count=count),
                count="" if page.newer else count,
                feed=f"tags/{shelf.file}.xml" if kind == "tag" else None,
                page=page,
                groups=_groups(site, kind, page.items, locale, root_of(path)),
            )

    return Page(path, site.fingerprint(path, shelf.name, around, *listed), render)


def _groups(site: Site, kind: Kind, papers: Sequence[Outline], locale: Locale, home: str) -> list[dict[str, object]]:
    """Return the lines of papers, those of a year by month."""
    if kind != "year":
        return [{"name": "", "lines": [line_of(site, paper, locale, home) for paper in papers]}]
    return [
        {"name": _month(date, locale), "lines": [line_of(site, paper, locale, home) for paper in group]}
        for date, group in groupby(papers, key=lambda paper: paper.date[:7])
    ]


def _month(date: str, locale: Locale) -> str:
    return PaperDate(int(date[:4]), int(date[5:])).text(locale) if len(date) == 7 else ""
