"""One curated paper; the only place where papers are cleaned and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bot.domain.dates import PaperDate
from bot.domain.errors import InputError
from bot.domain.identifiers import Identifiers, address_of, canonical_url, identifiers_in, web_address
from bot.domain.paper_update import Update
from bot.domain.text import clean, clean_line, normalized
from bot.i18n import msg

Columns = dict[str, Any]

_T = TypeVar("_T")
_PUNCTUATION = re.compile(r"[\W_]+")
_BOOKKEEPING = ("id", "added_at", "added_by", "updated_at", "updates")
LIMITS = {"title": 500, "headline": 500, "venue": 300, "organization": 300, "comment": 10_000, "excerpt": 10_000}
MOST_LINKS, MOST_AUTHORS, MOST_TAGS, TAG_LENGTH, AUTHOR_LENGTH, ID_LENGTH = 50, 5_000, 50, 200, 1_000, 80
ALL_AUTHORS_LENGTH = 200_000  # the longest known list has 5,154 names in 80,000 characters
FIELD_NAMES = {
    "title": msg("title"),
    "headline": msg("headline"),
    "venue": msg("venue"),
    "organization": msg("organization"),
    "comment": msg("comment"),
    "excerpt": msg("excerpt"),
    "authors": msg("authors"),
    "links": msg("links"),
    "tags": msg("tags"),
    "date": msg("date"),
    "identifiers": msg("identifiers"),
}
_CODE_HOSTS = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co")
_ID = re.compile(r"[^\s/\\\x00-\x1f\x7f\"'`<>@#:,]+")


@dataclass(frozen=True, slots=True)
class Link:
    """An http(s) address with an optional label."""

    url: str
    label: str | None = None

    @property
    def name(self) -> str:
        """Return the label, or a name derived from the address: `arXiv`, `PDF`, `code`, else its host."""
        return self.label or _label_of(self.url)

    @property
    def is_code(self) -> bool:
        """Return whether the link leads to code."""
        return self.label == "code" or (
            not self.label and any(host in self.url for host in _CODE_HOSTS) and _label_of(self.url) == "code"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper of a collection; `id` is unique within the workspace, times are aware UTC.

    `updates` is what sources told of it since it was added, oldest first; no edit changes it. Every file format, the
    table and the history have these fields in this order.
    """

    id: str
    headline: str | None = None
    title: str
    date: PaperDate | None = None
    comment: str | None = None
    excerpt: str | None = None
    venue: str | None = None
    organization: str | None = None
    authors: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()
    identifiers: Identifiers = field(default_factory=Identifiers)
    added_at: datetime | None = None
    added_by: str | None = None
    updated_at: datetime | None = None
    updates: tuple[Update, ...] = ()

    @property
    def heading(self) -> str:
        """Return the headline, or the title where there is none."""
        return self.headline or self.title

    @property
    def url(self) -> str | None:
        """Return the page to open first: the arXiv or DOI page, else the first link."""
        address = next((address_of(scheme, name) for scheme, name in self.identifiers.pairs()), None)
        return address or next((link.url for link in self.links), None)

    @property
    def content(self) -> tuple[object, ...]:
        """Return what people wrote, without the bookkeeping; equal papers have equal content."""
        return tuple(getattr(self, name) for name in CONTENT_FIELDS)


FIELDS = tuple(each.name for each in fields(Paper))
CONTENT_FIELDS = tuple(name for name in FIELDS if name not in _BOOKKEEPING)
_LATER_FIELDS = ("venue", "updates")  # added after the first version, whose stored hashes lack them


def hashable(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns to hash; fields added after the first version are left out while empty."""
    return {name: value for name, value in columns.items() if value or name not in _LATER_FIELDS}


def make_paper(
    *,
    title: str,
    id: str | None = None,
    headline: str | None = None,
    date: PaperDate | None = None,
    comment: str | None = None,
    excerpt: str | None = None,
    venue: str | None = None,
    organization: str | None = None,
    authors: Iterable[str] = (),
    links: Iterable[Link] = (),
    tags: Iterable[str] = (),
    identifiers: Identifiers | None = None,
) -> Paper:
    """Make a paper from the values of a person, a file or a source: cleaned, with the ids in its links.

    Without `id`, one is derived from its identifiers or its title. Raises InputError for an empty title, an invalid id
    or address, or a text that is too long.
    """
    lines = {
        "title": clean_line(title),
        "headline": clean_line(headline or ""),
        "venue": clean_line(venue or ""),
        "organization": clean_line(organization or ""),
    }
    texts = {"comment": clean(comment or ""), "excerpt": clean(excerpt or "")}
    if not lines["title"]:
        raise InputError(msg("A paper needs a title."))
    _require_fitting(lines | texts)
    valid_links = tuple(dict.fromkeys(checked_link(link) for link in links))
    ids = identifiers or Identifiers()
    for link in valid_links:
        ids |= identifiers_in(link.url)
    return Paper(
        id=_checked_id(id) if id is not None else _id_from(lines["title"], ids),
        title=lines["title"],
        headline=lines["headline"] or None,
        date=date,
        comment=texts["comment"] or None,
        excerpt=texts["excerpt"] or None,
        venue=lines["venue"] or None,
        organization=lines["organization"] or None,
        authors=_authors(authors),
        links=_at_most(valid_links, MOST_LINKS, "links"),
        tags=_names((clean_line(tag).lstrip("#＃ ") for tag in tags), MOST_TAGS, TAG_LENGTH, "tags"),
        identifiers=ids,
    )


def _require_fitting(texts: Mapping[str, str]) -> None:
    """Raise InputError for a field's text that is too long."""
    for name, text in texts.items():
        if len(text) > LIMITS[name]:
            raise InputError(
                msg(
                    "The {field} is too long: {length} characters, and at most {most} fit.",
                    field=FIELD_NAMES[name],
                    length=len(text),
                    most=LIMITS[name],
                )
            )


def with_changes(paper: Paper, **changes: Any) -> Paper:
    """Return the paper with some content replaced and cleaned. Raises InputError."""
    values = {name: getattr(paper, name) for name in CONTENT_FIELDS}
    return make_paper(id=paper.id, **(values | changes))


def with_id(paper: Paper, id: str) -> Paper:
    """Return the paper with another id."""
    return replace(paper, id=id)


def person_name(name: str | None) -> str | None:
    """Return a person's name as it is stored: in one line, at most 80 characters."""
    return clean_line(clean_line(name or "")[:80]) or None


def identity_keys(paper: Paper) -> tuple[str, ...]:
    """Return the keys that identify the work (`arxiv:2307.08621`); within a collection each belongs to one paper."""
    return tuple(f"{scheme}:{name.lower()}" for scheme, name in paper.identifiers.pairs())


def link_keys(paper: Paper) -> tuple[str, ...]:
    """Return the keys of the paper's links; several papers may share one (a repository, a project page)."""
    return tuple(dict.fromkeys(f"url:{canonical_url(link.url).lower()}" for link in paper.links))


@lru_cache(maxsize=4096)  # an addition computes a title's key several times
def title_key(title: str) -> str:
    """Return the title without width, case, spaces and punctuation; Japanese characters stay."""
    folded = normalized("NFKC", title).casefold()
    return "title:" + (_PUNCTUATION.sub("", folded) or folded.strip())


def _label_of(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or url).removeprefix("www.")
    if (
        parts.path.lower().endswith(".pdf")
        or "/pdf/" in parts.path
        or (host == "openreview.net" and "pdf" in parts.path)
    ):
        return "PDF"
    if host in _CODE_HOSTS and not parts.path.startswith("/papers/"):
        return "code"
    names = {"arxiv.org": "arXiv", "doi.org": "DOI", "openreview.net": "OpenReview", "aclanthology.org": "ACL"}
    return names.get(host, host)


def checked_link(link: Link) -> Link:
    """Return the link with a clean label and a quoted address. Raises InputError when the address is invalid."""
    url = web_address(link.url)
    if url is None:
        raise InputError(msg('"{url}" is not a link; it must start with http:// or https://.', url=link.url[:80]))
    return Link(url, label_of(link.label))


def label_of(text: str | None) -> str | None:
    """Return a link's label as it is stored: in one line, at most 80 characters."""
    return clean_line(clean_line(text or "")[:80]) or None


def stored_id(typed: str) -> str:
    """Return an id as it is stored: in one width, and ① as 1."""
    return normalized("NFKC", typed).strip()


def _checked_id(id: str) -> str:
    name = stored_id(id)
    if not _ID.fullmatch(name) or name != clean_line(name) or len(name) > ID_LENGTH:
        raise InputError(
            msg(
                'The id "{id}" cannot be used: at most {most} characters, without spaces or / : , @ # and quotes.',
                id=clean_line(id)[:80],
                most=ID_LENGTH,
            )
        )
    return name


def _id_from(title: str, ids: Identifiers) -> str:
    if pair := next(iter(ids.pairs()), None):
        return re.sub(r"[^\w.-]+", "-", pair[1].lower())[:ID_LENGTH].strip("-") or "paper"
    words = "".join(c if c.isalnum() else "-" for c in normalized("NFKC", title).casefold())
    return re.sub("-+", "-", words)[:48].strip("-") or "paper"


def _authors(names: Iterable[str]) -> tuple[str, ...]:
    authors = _names(names, MOST_AUTHORS, AUTHOR_LENGTH, "authors")
    if (length := sum(map(len, authors))) > ALL_AUTHORS_LENGTH:
        raise InputError(
            msg(
                "The list of authors is too long: {length} characters, and at most {most} fit.",
                length=length,
                most=ALL_AUTHORS_LENGTH,
            )
        )
    return authors


def _names(names: Iterable[str], most: int, length: int, field: str) -> tuple[str, ...]:
    distinct_names = tuple(dict.fromkeys(name for raw in names if (name := clean_line(raw))))
    if long := next((name for name in distinct_names if len(name) > length), None):
        raise InputError(msg("One of the {field} is too long: {name}", field=FIELD_NAMES[field], name=long[:60] + "…"))
    return _at_most(distinct_names, most, field)


def _at_most(values: tuple[_T, ...], most: int, field: str) -> tuple[_T, ...]:
    if len(values) > most:
        raise InputError(
            msg("There are {n} {field}, and at most {most} fit.", n=len(values), field=FIELD_NAMES[field], most=most)
        )
    return values
