"""Crossref and other DOI agencies: a work as JSON, in Crossref's own format or as CSL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.domain.dates import PaperDate
from bot.domain.identifiers import Identifiers, address_of, arxiv_id
from bot.domain.identifiers import doi as doi_of
from bot.domain.metadata import Metadata, make_metadata
from bot.domain.publication import MOST_NOTICES, Notice, Publication
from bot.domain.venues import venue_of
from bot.sources.markup import plain, several, unwrapped
from bot.sources.source_errors import another_paper, unreadable

if TYPE_CHECKING:
    from bot.sources.http import Fetcher
    from bot.sources.parser import Parser

NAME = "Crossref"
# Crossref's types of updates that a reader has to know of: https://www.crossref.org/documentation/crossmark/
_NOTICES = {
    "retraction": "retraction",
    "withdrawal": "retraction",
    "removal": "retraction",
    "expression_of_concern": "concern",
    "partial_retraction": "concern",
    "correction": "correction",
    "corrigendum": "correction",
    "erratum": "correction",
}
_RETRACTED = re.compile(r"\W{0,3}(?:retracted|withdrawn)(?: article| paper)?\W{0,2}:", re.IGNORECASE)
_DATES = ("issued", "published", "published-online", "published-print", "posted")


class Crossref:
    """Crossref's API at `url`, with or without the path `/works`."""

    def __init__(self, fetcher: Fetcher, parser: Parser, url: str) -> None:
        self._fetcher, self._parser = fetcher, parser
        self._url = url.rstrip("/").removesuffix("/works") + "/works/"

    async def look_up(self, doi: str) -> Metadata:
        """Return Crossref's metadata of a DOI. Raises SourceError."""
        return await self._parser.one("crossref", await self._answer(doi), doi, name=NAME)

    async def publication(self, doi: str) -> Publication:
        """Return what Crossref says of the publication of a DOI's work. Raises SourceError."""
        body = await self._answer(doi)
        return (await self._parser.publications("crossref_publication", body, doi, name=NAME))[doi]

    async def _answer(self, doi: str) -> bytes:
        url = self._url + quote(doi, safe="")
        return (await self._fetcher.get(url, name=NAME, accept="application/json", own=True)).body


def parse(body: bytes, doi: str, name: str = NAME) -> Metadata:
    """Return the work of a JSON answer. Raises SourceError when it is not one, or has another DOI."""
    work = _work(body, doi, name)
    authors = list(_people(work.get("author")))
    return make_metadata(
        title=_title(work),
        date=next((date for key in _DATES if (date := _date(work.get(key)))), None),
        excerpt=unwrapped(plain(_first(work.get("abstract")))),
        venue=plain(_first(work.get("container-title"))),
        organization=several(
            [_first(place.get("name")) for author in authors for place in _people(author.get("affiliation"))]
        ),
        authors=[_name(author) for author in authors],
        links=[address_of("doi", doi)],
        identifiers=Identifiers(doi=doi, arxiv=_preprint(work.get("relation"))),
    )


def parse_publication(body: bytes, doi: str) -> dict[str, Publication]:
    """Return what a JSON answer says of a work's publication, by its DOI. Raises SourceError."""
    work = _work(body, doi, NAME)
    return {
        doi: Publication(
            venue=make_metadata(venue=venue_of(plain(_first(work.get("container-title"))))).venue,
            doi=_published(work, doi),
            notices=tuple(dict.fromkeys(_notices(work, doi)))[:MOST_NOTICES],
        )
    }


def _work(body: bytes, doi: str, name: str) -> Mapping[str, Any]:
    """Return the work of a JSON answer, which has a title. Raises SourceError."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise unreadable(name) from error
    work = document.get("message", document) if isinstance(document, dict) else None
    if not isinstance(work, dict) or not _title(work):
        raise unreadable(name)
    if doi_of(str(work.get("DOI", ""))) != doi:
        raise another_paper(name)
    return work


def _title(work: Mapping[str, Any]) -> str:
    title, subtitle = plain(_first(work.get("title"))), plain(_first(work.get("subtitle")))
    return f"{title}: {subtitle}" if title and subtitle and subtitle.lower() not in title.lower() else title


def _first(value: object) -> str:
    if isinstance(value, list):
        value = next((item for item in value if item), "")
    return value if isinstance(value, str) else ""


def _people(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _name(author: Mapping[str, Any]) -> str:
    given, family = _first(author.get("given")), _first(author.get("family"))
    if re.search("[\u3040-\u30ff\u3400-\u9fff]", family):
        given, family = family, given
    return plain(f"{given} {family}".strip() or _first(author.get("name")) or _first(author.get("literal")))


def _date(value: object) -> PaperDate | None:
    parts = value.get("date-parts") if isinstance(value, dict) else None
    try:
        numbers = [int(part) for part in parts[0][:3]] if parts else []
        return PaperDate(*numbers) if numbers else None
    except (TypeError, ValueError, KeyError, IndexError, OverflowError):
        return None


def _preprint(relation: object) -> str | None:
    for kind in ("has-preprint", "is-version-of", "is-same-as"):
        for other in _people(relation.get(kind) if isinstance(relation, dict) else None):
            text = re.sub(
                r"^(?:https?://\S+?/abs/|10\.48550/arxiv\.)", "", _first(other.get("id")), flags=re.IGNORECASE
            )
            if id := arxiv_id(text):
                return id
    return None


def _published(work: Mapping[str, Any], doi: str) -> str | None:
    """Return the DOI of the version that a publisher printed, if the work is a preprint of one."""
    relations = work.get("relation")
    kinds = ("is-preprint-of", "has-version") if work.get("type") == "posted-content" else ("is-preprint-of",)
    for kind in kinds:
        for other in _people(relations.get(kind) if isinstance(relations, dict) else None):
            found = doi_of(_first(other.get("id")))
            if found and (kind == "is-preprint-of" or found.split("/")[0] != doi.split("/")[0]):
                return found
    return None


def _notices(work: Mapping[str, Any], doi: str) -> Iterator[Notice]:
    """Yield the notices about a work: those that name it, its own, and what its title says."""
    has_retraction = False
    for key in ("updated-by", "update-to"):  # the second names what this work is about, which may be itself
        for notice in _people(work.get(key)):
            kind, other = _NOTICES.get(_first(notice.get("type")).lower()), doi_of(_first(notice.get("DOI")))
            if kind and other and (key == "updated-by" or other == doi):
                has_retraction |= kind == "retraction"
                yield Notice(kind, address_of("doi", other))
    if not has_retraction and _RETRACTED.match(_title(work)):
        yield Notice("retraction", address_of("doi", doi))
