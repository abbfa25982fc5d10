"""A source's metadata of a paper, cleaned and cut so that it can become a paper; any field may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from itertools import accumulate, islice
from typing import Any

from bot.domain.dates import PaperDate, parse_date
from bot.domain.errors import DateError
from bot.domain.identifiers import Identifiers, web_address
from bot.domain.paper import ALL_AUTHORS_LENGTH, AUTHOR_LENGTH, LIMITS, MOST_AUTHORS, Link, label_of
from bot.domain.text import clean, clean_line, clip

_MOST_LINKS = 20  # fewer than a paper may have, so that a curator can add some


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A paper as a source describes it; make one with `make_metadata`, which cleans."""

    title: str | None = None
    headline: str | None = None
    date: PaperDate | None = None
    excerpt: str | None = None
    venue: str | None = None
    organization: str | None = None
    authors: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    identifiers: Identifiers = field(default_factory=Identifiers)

    def __or__(self, other: Metadata) -> Metadata:
        """Return this metadata, with the other's values where one is missing here; links and ids of both."""
        either = {each.name: getattr(self, each.name) or getattr(other, each.name) for each in fields(self)}
        return Metadata(
            **either
            | {
                "links": _distinct(self.links + other.links),
                "identifiers": self.identifiers | other.identifiers,
            }
        )


def json_of(metadata: Metadata) -> dict[str, Any]:
    """Return metadata as JSON values."""
    columns = {name: getattr(metadata, name) for name in Metadata.__slots__}
    return columns | {
        "date": str(metadata.date) if metadata.date else None,
        "links": [{"url": link.url, "label": link.label} for link in metadata.links],
        "identifiers": {name: getattr(metadata.identifiers, name) for name in Identifiers.__slots__},
    }


def metadata_from(columns: dict[str, Any]) -> Metadata:
    """Return the metadata from JSON values."""
    return Metadata(
        **columns
        | {
            "date": parse_date(columns["date"]) if columns["date"] else None,
            "authors": tuple(columns["authors"]),
            "links": tuple(Link(**link) for link in columns["links"]),
            "identifiers": Identifiers(**columns["identifiers"]),
        }
    )


def make_metadata(
    *,
    title: str | None = None,
    headline: str | None = None,
    date: PaperDate | None = None,
    excerpt: str | None = None,
    venue: str | None = None,
    organization: str | None = None,
    authors: Iterable[str] = (),
    links: Iterable[str | Link] = (),
    identifiers: Identifiers | None = None,
) -> Metadata:
    """Make metadata from a source's values: cleaned by a paper's own rules, and cut where a paper would refuse them.

    Invalid addresses are left out, so every metadata with a title can become a paper.
    """
    addresses = (link if isinstance(link, Link) else Link(link) for link in links)
    safe = tuple(Link(url, label_of(link.label)) for link in addresses if (url := web_address(link.url)))
    names = (clip(name, AUTHOR_LENGTH) for raw in authors if (name := clean_line(raw)))
    return Metadata(
        title=_line(title, "title"),
        headline=_line(headline, "headline"),
        date=date,
        excerpt=clip(clean(excerpt or ""), LIMITS["excerpt"]) or None,
        venue=_line(venue, "venue"),
        organization=_line(organization, "organization"),
        authors=_authors(names),
        links=_distinct(safe),
        identifiers=identifiers or Identifiers(),
    )


def date_in(text: str | None) -> PaperDate | None:
    """Return the date in a source's text, or None if it is not a date."""
    try:
        return parse_date(text) if text else None
    except DateError:
        return None


def _line(text: str | None, name: str) -> str | None:
    return clip(clean_line(text or ""), LIMITS[name]) or None


def _authors(names: Iterable[str]) -> tuple[str, ...]:
    authors = tuple(islice(dict.fromkeys(names), MOST_AUTHORS))
    lengths = accumulate(map(len, authors))
    return authors[: sum(length <= ALL_AUTHORS_LENGTH for length in lengths)]


def _distinct(links: tuple[Link, ...]) -> tuple[Link, ...]:
    by_url: dict[str, Link] = {}
    for link in links:
        by_url.setdefault(link.url, link)
    return tuple(by_url.values())[:_MOST_LINKS]
