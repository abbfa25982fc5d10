"""What a source says of a paper's publication, and what of it became known since the source was last asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.domain.dates import PaperDate
from bot.domain.identifiers import address_of
from bot.domain.paper import MOST_LINKS, Link, Paper, with_changes
from bot.domain.paper_update import KINDS, Update, make_update

MOST_NOTICES = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice about a paper: a correction, an expression of concern or a retraction, and where it stands."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A paper's publication as one source describes it.

    `version` is the newest one (0 if the source counts none), `doi` that of the published version, `code` an address.
    """

    version: int = 0
    venue: str | None = None
    doi: str | None = None
    code: str | None = None
    notices: tuple[Notice, ...] = ()


def json_of_publication(publication: Publication) -> dict[str, Any]:
    """Return a publication as JSON values."""
    return asdict(publication)


def publication_from(columns: dict[str, Any]) -> Publication:
    """Return the publication from JSON values."""
    notices = tuple(Notice(**notice) for notice in columns["notices"])
    return Publication(**{**columns, "notices": notices})


def updates_since(last: Publication | None, now: Publication, paper: Paper, day: PaperDate) -> tuple[Update, ...]:
    """Return what a source says now and did not say last; of a first look (`last` is None) only retractions.

    A venue that the paper has already is no update, nor is code where the paper has a link to some.
    """
    known = last.notices if last else ()
    notices = [n for n in now.notices if n not in known and n.kind in KINDS and (last or n.kind == "retraction")]
    changes = _changes(last, now, paper, day) if last else ()
    return (*changes, *(make_update(notice.kind, day, "", notice.url) for notice in notices))


def _changes(last: Publication, now: Publication, paper: Paper, day: PaperDate) -> Iterable[Update]:
    if now.version > last.version and (id := paper.identifiers.arxiv):
        yield make_update("version", day, f"v{now.version}", f"{address_of('arxiv', id)}v{now.version}")
    if now.doi and now.doi not in (last.doi, paper.identifiers.doi):
        yield make_update("published", day, now.venue or "", address_of("doi", now.doi))
    elif now.venue and not (last.venue or paper.venue):
        yield make_update("venue", day, now.venue)
    if now.code and now.code != last.code and not _has_code(paper):
        yield make_update("code", day, _place(now.code), now.code)


def completed(paper: Paper, last: Publication, now: Publication, former: Sequence[Paper]) -> Paper:
    """Return the paper with the venue and the code that it lacks and that its source did not tell last.

    What people wrote, or took away, stays: `former` are the paper's earlier versions.
    """
    changes: dict[str, Any] = {}
    if now.venue and not last.venue and not any(version.venue for version in (paper, *former)):
        changes["venue"] = now.venue
    links = {link.url for version in former for link in version.links}
    is_new = now.code and now.code != last.code and now.code not in links
    if now.code and is_new and not _has_code(paper) and len(paper.links) < MOST_LINKS:
        changes["links"] = [*paper.links, Link(now.code)]
    return with_changes(paper, **changes) if changes else paper


def _has_code(paper: Paper) -> bool:
    return any(link.is_code for link in paper.links)


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"
