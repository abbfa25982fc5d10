"""Tells search engines which pages there are, where the site's address is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from bot.domain.paper import Paper
from bot.site.site import File, Page, Site

_MOST = 40_000  # addresses in a file; the protocol allows 50,000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def pages(site: Site, version: str, paths_of: Callable[[], Sequence[str]]) -> Iterator[Page]:
    """Return robots.txt, and the sitemap of all pages; `version` differs when their paths do."""
    is_known = bool(site.settings.base_url)

    def robots(_: Mapping[int, Paper]) -> Iterator[File]:
        line = f"Sitemap: {site.absolute('sitemap.xml')}\n" if is_known else ""
        yield "robots.txt", f"User-agent: *\nAllow: /\n{line}"

    def sitemap(_: Mapping[int, Paper]) -> Iterator[File]:
        paths = paths_of()
        parts = [paths[start : start + _MOST] for start in range(0, len(paths), _MOST)]
        if len(parts) == 1:
            yield "sitemap.xml", _urls(site, parts[0])
            return
        names = [f"sitemap-{n}.xml" for n in range(1, len(parts) + 1)]
        yield from ((name, _urls(site, part)) for name, part in zip(names, parts, strict=True))
        yield "sitemap.xml", _document("sitemapindex", "sitemap", [site.absolute(name) for name in names])

    yield Page("robots", site.fingerprint("robots", str(is_known)), robots)
    if is_known:
        yield Page("sitemap", site.fingerprint("sitemap", version), sitemap)


def _urls(site: Site, paths: Sequence[str]) -> str:
    return _document("urlset", "url", [site.absolute(path) for path in paths])


def _document(root: str, item: str, addresses: Sequence[str]) -> str:
    lines = "".join(f"<{item}><loc>{escape(address)}</loc></{item}>\n" for address in addresses)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n{lines}</{root}>\n'
