"""How a page tells machines what paper it is about: citation tags, JSON-LD, and files for reference managers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from markupsafe import Markup

from bot.domain.identifiers import address_of
from bot.domain.paper import Paper
from bot.formats import bibtex, csl, ris
from bot.site.inert import address, escaped, inert
from bot.site.names import file_name

_NAMED = 100  # authors in citation tags; nobody reads 5,000


class Citation(NamedTuple):
    """A paper in one format of reference managers: its name, its file's path and its text."""

    name: str
    path: str
    text: str


def citations(paper: Paper) -> list[Citation]:
    """Return a paper as BibTeX, RIS and CSL-JSON."""
    stem = f"papers/{file_name(paper.id)}"
    return [
        Citation("BibTeX", f"{stem}.bib", inert(bibtex.entry(paper, file_name(paper.id)))),
        Citation("RIS", f"{stem}.ris", inert("".join(ris.write([paper])))),
        Citation("CSL-JSON", f"{stem}.csl.json", inert("".join(csl.write([paper])))),
    ]


def citation_tags(paper: Paper) -> Markup:
    """Return a paper's citation tags, as Google Scholar and Zotero read them."""
    return Markup("\n".join(f'<meta name="{name}" content="{escaped(text)}">' for name, text in _tags(paper)))


def _tags(paper: Paper) -> Iterator[tuple[str, str]]:
    ids, date = paper.identifiers, paper.date
    yield "citation_title", paper.title
    yield from (("citation_author", name) for name in paper.authors[:_NAMED])
    if date:
        yield "citation_publication_date", str(date).replace("-", "/")
    if paper.venue:
        yield "citation_conference_title", paper.venue
    if paper.organization:
        yield "citation_author_institution", paper.organization
    if ids.doi:
        yield "citation_doi", ids.doi
    if ids.arxiv:
        yield "citation_arxiv_id", ids.arxiv
        yield "citation_pdf_url", f"https://arxiv.org/pdf/{ids.arxiv}"
    yield from (("citation_keywords", tag) for tag in paper.tags)


def json_ld(paper: Paper) -> dict[str, Any]:
    """Return a paper as a `ScholarlyArticle`, all but the address of its page."""
    item = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": paper.title,
        "alternativeHeadline": paper.headline,
        "datePublished": str(paper.date) if paper.date else None,
        "author": [{"@type": "Person", "name": name} for name in paper.authors],
        "abstract": paper.excerpt,
        "keywords": list(paper.tags),
        "publisher": {"@type": "Organization", "name": paper.organization} if paper.organization else None,
        "isPartOf": {"@type": "CreativeWork", "name": paper.venue} if paper.venue else None,
        "identifier": _identifiers(paper),
        "url": [url for link in paper.links if (url := address(link.url))],
        "comment": {"@type": "Comment", "text": paper.comment} if paper.comment else None,
        "creativeWorkStatus": "Retracted" if any(update.is_retraction for update in paper.updates) else None,
    }
    return {name: value for name, value in item.items() if value}


def _identifiers(paper: Paper) -> list[dict[str, str]]:
    return [
        {"@type": "PropertyValue", "propertyID": "id", "value": paper.id},
        *(
            {"@type": "PropertyValue", "propertyID": scheme, "value": name, "url": address_of(scheme, name)}
            for scheme, name in paper.identifiers.pairs()
        ),
    ]
