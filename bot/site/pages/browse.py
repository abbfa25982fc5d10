"""The page of all years, tags and authors; the search field leads here where no script runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.domain.paper import Paper
from bot.i18n import Locale
from bot.site import templating
from bot.site.catalogue import UNDATED, Shelf
from bot.site.labels import labels
from bot.site.site import File, Page, Site
from bot.site.views import Place, place_in

_MOST = 600  # tags or authors; every paper is in its year, and leads to its own tags and authors


def pages(site: Site) -> Iterator[Page]:
    """Return the page."""
    catalogue = site.catalogue
    tags, authors = _places("tags", catalogue.tags), _places("authors", catalogue.authors)
    years = _places("years", catalogue.years)

    def render(_: Mapping[int, Paper]) -> Iterator[File]:
        for locale in site.locales:
            label = labels(locale)
            named = [replace(each, name=label[UNDATED]) if each.name == UNDATED else each for each in years]
            yield templating.page(
                site,
                locale,
                "browse.html",
                "browse.html",
                heading=label["browse"],
                description=label["all"],
                years=named,
                tags=[_with_language(each, locale) for each in tags],
                authors=[_with_language(each, locale) for each in authors],
            )

    parts = [f"{each.name}:{each.path}:{each.count}" for each in (*years, *tags, *authors)]
    yield Page("browse", site.fingerprint("browse", *parts), render)


def _with_language(place: Place, locale: Locale) -> Place:
    return place_in(place.name, place.path, locale, place.count)


def _places(folder: str, shelves: Mapping[str, Shelf]) -> list[Place]:
    first = [*shelves.values()][:_MOST]
    return [Place(shelf.name, f"{folder}/{shelf.file}.html", len(shelf.papers)) for shelf in first]
