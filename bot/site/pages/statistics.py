"""The collection in numbers: charts that people look at, each with its table.

What became of candidates is the team's own affair, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.charts import charts_of, heading_of
from bot.domain.paper import Paper
from bot.i18n import Locale
from bot.site import templating
from bot.site.charts import svg
from bot.site.labels import labels
from bot.site.site import File, Page, Site

_MOST_ROWS = 50


def pages(site: Site) -> Iterator[Page]:
    """Return the page."""
    numbers = site.statistics

    def render(_: Mapping[int, Paper]) -> Iterator[File]:
        for locale in site.locales:
            yield templating.page(
                site,
                locale,
                "statistics.html",
                "stats.html",
                heading=labels(locale)["statistics"],
                description=heading_of(numbers, locale),
                charts=list(_charts(site, locale)),
            )

    yield Page("statistics", site.fingerprint("statistics", repr(numbers)), render)


def _charts(site: Site, locale: Locale) -> Iterator[dict[str, object]]:
    """Yield for each chart its title, its drawing, and the rows of its table."""
    whole = charts_of(site.statistics, locale, _MOST_ROWS)
    for at, (chart, table) in enumerate(zip(charts_of(site.statistics, locale), whole, strict=True), 1):
        if chart.kind != "parts":
            rows = [(bar.name, f"{bar.n:,}") for bar in table.bars]
            yield {"title": chart.title, "svg": svg(chart, f"chart-{at}", locale), "rows": rows}
