"""Any web page: its `citation_*` tags, then Dublin Core, JSON-LD and the tags for social networks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from bot.domain.errors import SourceError
from bot.domain.identifiers import Identifiers, arxiv_id, identifiers_in
from bot.domain.metadata import Metadata, date_in, make_metadata
from bot.domain.venues import venue_of
from bot.i18n import msg
from bot.sources.html_meta import meta_tags, scripts_of, title_of
from bot.sources.jsonld import work_in
from bot.sources.markup import decoded, person, plain, several
from bot.sources.source_errors import unreadable

Metas = Mapping[str, Sequence[str]]
# Pages of PDF files, at publishers whose pages have citation tags.
_PAGES_OF_FILES = (
    (
        r"(https?://(?:proceedings|papers)\.n(?:eur)?ips\.cc/.+)/file/(\w+)-Paper(-[\w-]+)?\.pdf",
        r"\1/hash/\2-Abstract\3.html",
    ),
    (r"(https?://proceedings\.mlr\.press/v\d+)/(\w+)/\2\.pdf", r"\1/\2.html"),
    (r"(https?://openaccess\.thecvf\.com/.+)/papers/(\w[\w.-]*)_paper\.pdf", r"\1/html/\2_paper.html"),
    (r"(https?://(?:www\.)?jmlr\.org/papers)/volume(\d+)/([\w-]+)/\3\.pdf", r"\1/v\2/\3.html"),
    (r"(https?://(?:www\.)?nature\.com/articles/[\w-]+)\.pdf", r"\1"),
    (r"(https?://www\.isca-(?:speech|archive)\.org/.+)\.pdf", r"\1.html"),
)


def page_of(url: str) -> str:
    """Return the page of a publisher's file; any other address is returned unchanged."""
    for pattern, page in _PAGES_OF_FILES:
        if match := re.fullmatch(pattern, url, re.IGNORECASE):
            return match.expand(page)
    return url


def parse(body: bytes, url: str, charset: str | None = None, name: str | None = None) -> Metadata:
    """Return a page's metadata; `url` is its address. Raises SourceError when it has no title."""
    page = decoded(body, charset)
    metas = meta_tags(page)
    metadata = _citation(metas, url) | _dublin(metas)
    scholarly = metadata.title is not None
    metadata = metadata | work_in(scripts_of(page)) | _card(metas, page)
    if metadata.title is None:
        source = name or urlsplit(url).hostname or url[:80]
        raise SourceError(msg("The page of {source} has no title.", source=source))
    if scholarly and not metas.get("citation_author_institution"):
        # A publisher's name is not the authors' institution.
        return replace(metadata, organization=None)
    return metadata


def parse_citation(body: bytes, url: str, charset: str | None, name: str) -> Metadata:
    """Return the metadata of a page that must have citation tags. Raises SourceError when it has none."""
    if "citation_title" not in meta_tags(decoded(body, charset)):
        raise unreadable(name)
    return parse(body, url, charset, name)


def _citation(metas: Metas, url: str) -> Metadata:
    names = metas.get("citation_author") or [
        name for line in metas.get("citation_authors", ()) for name in line.split(";")
    ]
    arxiv = next((id for text in metas.get("citation_arxiv_id", ()) if (id := arxiv_id(text))), None)
    return make_metadata(
        title=plain(_first(metas, "citation_title")),
        date=date_in(
            _first(metas, "citation_publication_date", "citation_date", "citation_online_date", "citation_year")
        ),
        excerpt=plain(_first(metas, "citation_abstract")),
        venue=venue_of(
            plain(_first(metas, "citation_conference_title", "citation_journal_title", "citation_inbook_title"))
        ),
        organization=several(list(metas.get("citation_author_institution", ()))),
        authors=map(person, names),
        links=[_joined(url, address) for address in metas.get("citation_pdf_url", ())[:1]],
        identifiers=Identifiers(arxiv=arxiv) | _ids(metas, "citation_doi"),
    )


def _dublin(metas: Metas) -> Metadata:
    return make_metadata(
        title=plain(_first(metas, "dc.title", "dcterms.title", "prism.title")),
        date=date_in(_first(metas, "dc.date.issued", "dcterms.issued", "dc.date", "prism.publicationdate")),
        excerpt=plain(_first(metas, "dcterms.abstract", "dc.description.abstract", "dc.description")),
        venue=venue_of(plain(_first(metas, "prism.publicationname"))),
        authors=map(person, metas.get("dc.creator") or metas.get("dc.contributor") or ()),
        identifiers=_ids(metas, "prism.doi", "dc.identifier.doi", "dc.identifier", "bepress_citation_doi"),
    )


def _card(metas: Metas, page: str) -> Metadata:
    site = plain(_first(metas, "og:site_name"))
    title = plain(_first(metas, "og:title", "twitter:title") or title_of(page) or "")
    authors = [name for key in ("author", "article:author") for name in metas.get(key, ()) if "://" not in name]
    return make_metadata(
        title=_without_site(title, site),
        date=date_in(_first(metas, "article:published_time", "og:article:published_time", "datepublished", "date")),
        excerpt=plain(_first(metas, "og:description", "twitter:description", "description")),
        organization=site,
        authors=map(person, authors),
    )


def _without_site(title: str, site: str) -> str:
    """Return a title without its site's name after a dash or a bar."""
    before = title[: -len(site)].rstrip()
    if site and title[-len(site) :].lower() == site.lower() and before.endswith(("|", "｜", "·", "—", "–", "-")):
        return before[:-1].rstrip() or title
    return title


def _first(metas: Metas, *names: str) -> str:
    return next((metas[name][0] for name in names if metas.get(name)), "")


def _ids(metas: Metas, *names: str) -> Identifiers:
    ids = Identifiers()
    for name in names:
        for text in metas.get(name, ())[:5]:
            ids = ids | identifiers_in(text)
    return ids


def _joined(url: str, address: str) -> str:
    try:
        return urljoin(url, address)
    except ValueError:
        return ""
