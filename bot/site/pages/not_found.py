"""The page that a web server shows for an address where nothing is.

It is shown at any depth, so its links begin at the top of the host, or with the site's address where that is known.
Hosts show one such page alone, so it speaks both languages, the site's first one first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.site import templating
from bot.site.site import File, Page, Site

PATH = "404.html"


def pages(site: Site) -> Iterator[Page]:
    """Return the page."""

    def render(_: Mapping[int, Paper]) -> Iterator[File]:
        top = site.absolute("") or "/"
        words = [_words(locale, top + site.folder(locale)) for locale in site.locales]
        yield templating.page(
            site,
            site.settings.locale,
            "not_found.html",
            PATH,
            top,
            heading=words[0]["heading"],
            description=words[0]["why"],
            languages=words,
        )

    yield Page("not_found", site.fingerprint("not_found"), render)


def _words(locale: Locale, home: str) -> dict[str, str]:
    return {
        "locale": locale,
        "heading": t(locale, "Page not found"),
        "why": t(
            locale,
            "The address may be mistyped, or the paper was removed or has another id now. If it is still here, the "
            "search finds it.",
        ),
        "home": f"{home}index.html",
        "newest": t(locale, "To the newest papers"),
        "browse": f"{home}browse.html",
        "all": t(locale, "All tags, years and authors"),
    }
