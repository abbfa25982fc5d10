"""The front: the newest papers, the last editions, and the ways into the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.paper import Paper
from bot.site import templating
from bot.site.catalogue import UNDATED
from bot.site.labels import labels
from bot.site.pages.editions import shown_of
from bot.site.site import File, Page, Site
from bot.site.views import Place, card_of, edition_of, papers_text, place_in

_NEWEST, _EDITIONS, _TAGS, _HEADINGS = 20, 4, 24, 2


def pages(site: Site) -> Iterator[Page]:
    """Return the front."""
    catalogue = site.catalogue
    newest = catalogue.papers[:_NEWEST]
    parts = [paper.digest for paper in newest]
    parts += [shown_of(site, each, _HEADINGS) for each in catalogue.editions[:_EDITIONS]]
    parts += [f"{shelf.name}:{len(shelf.papers)}" for shelf in [*catalogue.tags.values()][:_TAGS]]
    parts += [f"{year}:{len(shelf.papers)}" for year, shelf in catalogue.years.items()]

    def render(papers: Mapping[int, Paper]) -> Iterator[File]:
        for locale in site.locales:
            label = labels(locale)
            n, since = len(catalogue.papers), min(catalogue.papers, key=lambda each: each.added_at, default=None)
            yield templating.page(
                site,
                locale,
                "front.html",
                "index.html",
                heading=label["site"],
                description=label["tagline"],
                total=papers_text(n, locale) if since else "",
                newest=[card_of(site, papers[each.number], each, locale, whole=False) for each in newest],
                editions=[edition_of(site, each, locale, _HEADINGS) for each in catalogue.editions[:_EDITIONS]],
                tags=[
                    place_in(shelf.name, f"tags/{shelf.file}.html", locale, len(shelf.papers))
                    for shelf in [*catalogue.tags.values()][:_TAGS]
                ],
                years=[
                    Place(label[UNDATED] if year == UNDATED else year, f"years/{shelf.file}.html", len(shelf.papers))
                    for year, shelf in catalogue.years.items()
                ],
            )

    yield Page("front", site.fingerprint("front", *parts), render, tuple(each.number for each in newest))
