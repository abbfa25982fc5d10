"""One page a paper, with files for reference managers beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from bot.domain.card import links_of
from bot.domain.outline import Outline
from bot.domain.paper import Paper
from bot.domain.paper_update import Update
from bot.domain.text import clip
from bot.i18n import Locale, t
from bot.site import templating
from bot.site.catalogue import Shelf, key_of, paper_path
from bot.site.citations import Citation, citation_tags, citations, json_ld
from bot.site.inert import address, inert, json_block
from bot.site.languages import language_of
from bot.site.pages.editions import heading_of, shown_of
from bot.site.site import File, Page, Site, root_of
from bot.site.views import Day, Place, day_of, edition_of, line_of, name_in, place_in, prose, tags_of, text_in, title_in

_DESCRIBED = 160  # characters of a description
_MOST_AUTHORS = 40


def page(site: Site, paper: Outline, near: Sequence[Outline]) -> Page:
    """Return the page of a paper, with those that are related to it."""
    catalogue = site.catalogue
    editions = catalogue.editions_of.get(paper.number, ())
    authors = [shelf for name in paper.authors[:_MOST_AUTHORS] if (shelf := catalogue.authors.get(key_of(name)))]
    parts = (
        paper.digest,
        *(catalogue.listed(each.number) for each in near),
        *(shown_of(site, each) for each in editions),
        *(shelf.file for shelf in authors),
    )
    rendering = _Rendering(site, paper, near, authors)
    return Page(paper_path(paper), site.fingerprint("paper", *parts), rendering, (paper.number,))


class _Rendering:
    """Renders a paper's page in every language."""

    def __init__(self, site: Site, outline: Outline, near: Sequence[Outline], authors: Sequence[Shelf]) -> None:
        self._site, self._outline, self._near, self._authors = site, outline, near, authors

    def __call__(self, papers: Mapping[int, Paper]) -> Iterator[File]:
        paper = papers[self._outline.number]
        files = citations(paper)
        shared = self._shared(paper, files)
        for locale in self._site.locales:
            yield self._page(paper, locale, shared)
        yield from ((file.path, file.text) for file in files)

    def _shared(self, paper: Paper, files: Sequence[Citation]) -> dict[str, Any]:
        """Return what the page shows alike in every language."""
        return {
            "heading": paper.heading,
            "description": escape(inert(_description(paper))),
            "paper": paper,
            "more_people": max(0, len(paper.authors) - _MOST_AUTHORS),
            "comment": prose(paper.comment or ""),
            "excerpt": prose(paper.excerpt or ""),
            "ids": [(_SCHEMES[scheme], name) for scheme, name in paper.identifiers.pairs()],
            "citations": [(file.name, file.path, escape(file.text)) for file in files],
            "citation_tags": citation_tags(paper),
            "article": json_block(json_ld(paper)),
        }

    def _page(self, paper: Paper, locale: Locale, shared: Mapping[str, Any]) -> File:
        site, path = self._site, paper_path(self._outline)
        return templating.page(
            site,
            locale,
            "paper.html",
            path,
            **shared,
            json_ld=_with_address(shared["article"], site.absolute(site.folder(locale) + path)),
            date=day_of(self._outline.date, locale),
            paper_heading=text_in(paper.heading, locale),
            paper_title=title_in(self._outline, locale),
            links=_links(paper, locale),
            people=self._people(paper, locale),
            tags=tags_of(site, paper.tags, locale),
            venue=name_in(paper.venue or "", locale),
            organization=name_in(paper.organization or "", locale),
            comment_lang=language_of(paper.comment or "", locale),
            excerpt_lang=language_of(paper.excerpt or "", locale),
            added=_added(site, paper, locale),
            updates=[_update(update, locale) for update in paper.updates],
            editions=[
                (heading_of(site, each, locale), edition_of(site, each, locale))
                for each in site.catalogue.editions_of.get(self._outline.number, ())
            ],
            related=[line_of(site, each, locale, root_of(path)) for each in self._near],
        )

    def _people(self, paper: Paper, locale: Locale) -> list[Place]:
        paths = {shelf.file: f"authors/{shelf.file}.html" for shelf in self._authors}
        shelves = self._site.catalogue.authors
        names = [(name, shelves.get(key_of(name))) for name in paper.authors[:_MOST_AUTHORS]]
        return [place_in(name, paths.get(shelf.file) if shelf else None, locale) for name, shelf in names]


_SCHEMES = {"arxiv": "arXiv", "doi": "DOI", "openreview": "OpenReview", "acl": "ACL Anthology"}


def _description(paper: Paper) -> str:
    return clip(" ".join((paper.comment or paper.excerpt or paper.title).split()), _DESCRIBED)


def _links(paper: Paper, locale: Locale) -> list[dict[str, str]]:
    """Return the paper's links that may be opened; another address is shown as text beside them."""
    return [{"url": url, "name": link.name} for link in links_of(paper, locale) if (url := address(link.url))]


def _with_address(article: Markup, page: str) -> Markup:
    """Return the JSON-LD of a paper with the address of its page, if that is known."""
    return Markup('{"mainEntityOfPage": ') + json_block(page) + Markup(", ") + article[1:] if page else article


def _added(site: Site, paper: Paper, locale: Locale) -> Day | None:
    if paper.added_at is None:
        return None
    day = site.day(paper.added_at)
    text = day.text(locale)
    by = t(locale, "{day}, by {name}", day=text, name=paper.added_by) if paper.added_by else text
    return Day(str(day), by)


def _update(update: Update, locale: Locale) -> dict[str, Any]:
    return {
        "day": day_of(str(update.date), locale),
        "event": update.event(locale),
        "url": address(update.url),
        "is_warning": update.is_warning,
    }
