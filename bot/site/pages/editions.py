"""The digests: one page an edition, and one of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.outline import EditionOutline
from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.site import templating
from bot.site.catalogue import edition_path
from bot.site.labels import labels
from bot.site.names import file_name
from bot.site.pictures import picture_path
from bot.site.site import File, Page, Site
from bot.site.views import card_of, edition_of

_HEADINGS = 4


def pages(site: Site) -> Iterator[Page]:
    """Return the page of every edition, and the list of them."""
    for editions in site.catalogue.streams.values():
        around = [None, *editions, None]
        for n, edition in enumerate(editions):
            yield _page(site, edition, around[n], around[n + 2])
    yield _list(site)


def _page(site: Site, edition: EditionOutline, newer: EditionOutline | None, older: EditionOutline | None) -> Page:
    catalogue, path = site.catalogue, edition_path(edition)

    def render(papers: Mapping[int, Paper]) -> Iterator[File]:
        for locale in site.locales:
            view = edition_of(site, edition, locale)
            heading = heading_of(site, edition, locale)
            yield templating.page(
                site,
                locale,
                "edition.html",
                path,
                heading=heading,
                description=t(locale, "{day}, {count}", day=view.day.text, count=view.count),
                edition=view,
                stream=edition.subscription if len(site.catalogue.streams) > 1 else labels(locale)["editions"],
                feed=feed_path(edition.subscription),
                picture=site.absolute(picture_path(edition)),
                papers=[
                    card_of(site, papers[number], catalogue.by_number[number], locale, whole=True)
                    for number in edition.papers
                ],
                newer=edition_of(site, newer, locale) if newer else None,
                older=edition_of(site, older, locale) if older else None,
            )

    parts = [catalogue.by_number[number].digest for number in edition.papers]
    around = [shown_of(site, each) if each else "" for each in (edition, newer, older)]
    return Page(path, site.fingerprint(path, *around, *parts), render, edition.papers)


def _list(site: Site) -> Page:
    streams = site.catalogue.streams

    def render(_: Mapping[int, Paper]) -> Iterator[File]:
        for locale in site.locales:
            label = labels(locale)
            yield templating.page(
                site,
                locale,
                "editions.html",
                "editions/index.html",
                heading=label["editions"],
                description=label["all_editions"],
                streams=[
                    {
                        "name": name,
                        "feed": feed_path(name),
                        "editions": [edition_of(site, edition, locale, _HEADINGS) for edition in editions],
                    }
                    for name, editions in streams.items()
                ],
            )

    parts = [shown_of(site, each, _HEADINGS) for each in site.catalogue.editions]
    return Page("editions", site.fingerprint("editions", *parts), render)


def shown_of(site: Site, edition: EditionOutline, most: int = 0) -> str:
    """Return a text that differs when pages show something else of an edition, with its first headings."""
    locale = site.settings.locale
    return f"{heading_of(site, edition, locale)} {edition_of(site, edition, locale, most)}"


def heading_of(site: Site, edition: EditionOutline, locale: Locale) -> str:
    """Return the heading of an edition; it names its stream where there are several."""
    number = t(locale, "No. {n}", n=edition.number)
    if len(site.catalogue.streams) == 1:
        return number
    return t(locale, "{stream} {number}", stream=edition.subscription, number=number)


def feed_path(subscription: str) -> str:
    """Return the path of a stream's feed."""
    return f"editions/{file_name(subscription)}.xml"
