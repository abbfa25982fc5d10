"""What the site is, who keeps it, and how a paper comes into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from bot.domain.paper import Paper
from bot.i18n import t
from bot.site import templating
from bot.site.labels import labels
from bot.site.site import File, Page, Site
from bot.site.views import name_in, papers_text

_MOST_NAMES = 60


def pages(site: Site) -> Iterator[Page]:
    """Return the page."""
    papers, editions = site.catalogue.papers, site.catalogue.editions
    names = Counter(paper.added_by for paper in papers if paper.added_by)
    curators = sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_NAMES]

    def render(_: Mapping[int, Paper]) -> Iterator[File]:
        for locale in site.locales:
            label = labels(locale)
            yield templating.page(
                site,
                locale,
                "about.html",
                "about.html",
                heading=label["about"],
                description=t(locale, "What 論文だより is, who keeps it, and how to add a paper."),
                total=papers_text(len(papers), locale),
                editions=len(editions),
                curators=[(name_in(name, locale), papers_text(n, locale)) for name, n in curators],
            )

    yield Page("about", site.fingerprint("about", str(len(papers)), str(len(editions)), repr(curators)), render)
