"""What an answer of arXiv's API says of papers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from bot.domain.errors import SourceBusyError, SourceError
from bot.domain.identifiers import Identifiers, address_of, arxiv_id, doi, identifiers_in, web_address
from bot.domain.metadata import Metadata, date_in, make_metadata
from bot.domain.paper import Link
from bot.domain.publication import Notice, Publication
from bot.domain.venues import venue_in
from bot.i18n import msg
from bot.sources.markup import unwrapped
from bot.sources.source_errors import unreadable

NAME = "arXiv"
ERRORS = "/api/errors"
_OWN_DOIS = "10.48550/"
_LONGEST_REMARK = 500  # characters of a comment or an abstract in which a withdrawal is looked for
_VERSION = re.compile(r"v(\d{1,4})$")
# Not "withdrawn from a conference".
_WITHDRAWN = re.compile(
    r"^\W*(?:this|the) (?:paper|submission|article|manuscript|preprint|work) (?:has been|is|was) withdrawn(?! from)"
    r"|\b(?:paper|submission|article|manuscript|preprint|work) (?:has been|is|was) withdrawn by (?:the |its )?"
    r"(?:authors?|arxiv|submitter)",
    re.IGNORECASE,
)
_CODE = re.compile(r"https?://(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co|codeberg\.org)/[\w.~/-]*\w")


def parse(body: bytes) -> dict[str, Metadata]:
    """Return the papers of an Atom answer by id, without version and without the subject class of old ids.

    Raises SourceError when it is not such an answer, or is an error of arXiv.
    """
    return {api_id(id): _metadata(id, entry) for id, entry in _entries(body)}


def parse_publications(body: bytes) -> dict[str, Publication]:
    """Return what an Atom answer says of its papers' publication, by the same ids. Raises SourceError."""
    return {api_id(id): _publication(id, entry) for id, entry in _entries(body)}


def _entries(body: bytes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the entries of an Atom answer with their ids. Raises SourceError."""
    if body.strip()[:20].lower().startswith(b"rate exceeded"):  # arXiv sends this with status 200
        raise SourceBusyError(msg("{source} is getting too many requests just now.", source=NAME), 60)
    feed = _read(body)
    if not feed.get("version"):
        raise unreadable(NAME)
    for entry in feed.get("entries", ()):
        address = str(entry.get("id", ""))
        if ERRORS in address:
            raise refused(unwrapped(str(entry.get("summary", ""))))
        if (id := identifiers_in(address).arxiv or arxiv_id(address)) and entry.get("title"):
            yield id, entry


def _read(body: bytes) -> Mapping[str, Any]:
    import feedparser  # slow to import, and not needed to start

    try:
        # Given text or bytes, feedparser may take them for an address or a file name.
        feed: Mapping[str, Any] = feedparser.parse(BytesIO(body))
    except Exception as error:  # whatever feedparser's own parsers raise
        raise unreadable(NAME) from error
    return feed


def _metadata(id: str, entry: Mapping[str, Any]) -> Metadata:
    excerpt = unwrapped(str(entry.get("summary", "")))
    page = Link(address_of("arxiv", id))
    code = _code(entry)
    return make_metadata(
        title=str(entry["title"]),
        date=date_in(str(entry.get("published", ""))),
        excerpt=excerpt,
        venue=_venue(entry),
        organization=str(entry.get("arxiv_affiliation") or ""),
        authors=[str(author.get("name", "")) for author in entry.get("authors", ())],
        links=[page, page.url.replace("/abs/", "/pdf/"), *code],
        identifiers=Identifiers(arxiv=id, doi=doi(str(entry.get("arxiv_doi", "")))),
    )


def _publication(id: str, entry: Mapping[str, Any]) -> Publication:
    page, version = address_of("arxiv", id), _VERSION.search(str(entry.get("id", "")))
    remarks = (str(entry.get("arxiv_comment") or ""), unwrapped(str(entry.get("summary", "")))[:_LONGEST_REMARK])
    withdrawn = any(_WITHDRAWN.search(unwrapped(remark)[:_LONGEST_REMARK]) for remark in remarks)
    published = doi(str(entry.get("arxiv_doi", "")))
    return Publication(
        version=int(version[1]) if version else 0,
        venue=make_metadata(venue=_venue(entry)).venue,
        doi=None if published and published.startswith(_OWN_DOIS) else published,
        code=next((url for url in _code(entry) if Link(url).is_code and web_address(url) == url), None),
        notices=(Notice("retraction", page),) if withdrawn else (),
    )


def _venue(entry: Mapping[str, Any]) -> str | None:
    remark = str(entry.get("arxiv_comment") or "")
    return unwrapped(str(entry.get("arxiv_journal_ref") or "")) or venue_in(remark)


def _code(entry: Mapping[str, Any]) -> list[str]:
    return _CODE.findall(f"{entry.get('arxiv_comment', '')} {unwrapped(str(entry.get('summary', '')))}")


def refused(reason: str) -> SourceError:
    """Return the error for an answer that tells of one."""
    return SourceError(msg("{source} answered with an error: {reason}", source=NAME, reason=reason[:200]))


def api_id(id: str) -> str:
    """Return an id as the API has it: without the subject class of old ids."""
    return re.sub(r"\.[A-Z]{2}/", "/", id)
