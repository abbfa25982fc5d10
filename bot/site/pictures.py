"""A picture of each edition, which chats show for its link; they want a whole address, so the site's must be known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

import bot.drawing
from bot.domain.outline import EditionOutline
from bot.domain.paper import Paper
from bot.i18n import tn
from bot.site.catalogue import edition_path
from bot.site.labels import labels
from bot.site.manifest import fingerprint
from bot.site.site import File, Page, Site
from bot.site.views import edition_of

_SHOWN = 3  # of the headlines, where not all have room
_DRAWING = Path(bot.drawing.__file__).parent


def picture_path(edition: EditionOutline) -> str:
    """Return the path of an edition's picture, the same in all languages."""
    return edition_path(edition).removesuffix(".html") + ".png"


def pages(site: Site) -> Iterator[Page]:
    """Return the pictures, in the site's first language. One is drawn again when what it shows has changed."""
    if site.settings.base_url:
        for edition in site.catalogue.editions:
            yield _page(site, edition)


def _page(site: Site, edition: EditionOutline) -> Page:
    locale, path = site.settings.locale, picture_path(edition)
    view = edition_of(site, edition, locale)
    headings = [site.catalogue.by_number[number].heading for number in edition.papers]
    rest = len(headings) - _SHOWN
    texts = (labels(locale)["site"], view.number, view.day.text, view.count)
    more = tn(locale, "and {n} more", "and {n} more", rest) if rest > 0 else ""

    def render(_: Mapping[int, Paper]) -> Iterator[File]:
        from bot.drawing.edition import edition_picture  # Pillow is imported only where something is drawn

        yield path, edition_picture(*texts, headings, more)

    return Page(f"picture {path}", fingerprint(_design(), *texts, more, *headings), render)


@cache
def _design() -> str:
    """Return a fingerprint of what draws; a picture does not change with the site's pages."""
    digest = blake2b(digest_size=9)
    for file in sorted(_DRAWING.rglob("*")):
        if file.suffix in (".py", ".otf"):
            digest.update(file.read_bytes())
    return digest.hexdigest()
