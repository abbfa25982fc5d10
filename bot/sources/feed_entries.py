"""Makes an entry of what feedparser read, whatever publishers write into their feeds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate
from typing import Any
from urllib.parse import urljoin

from bot.domain.dates import PaperDate
from bot.domain.feed_entry import ANNOUNCEMENTS, Announcement, FeedEntry
from bot.domain.identifiers import Identifiers, address_of, arxiv_id, doi, identifiers_in, web_address
from bot.domain.metadata import date_in, make_metadata
from bot.domain.text import clean_line, clip
from bot.domain.venues import venue_in, venue_of
from bot.sources.markup import person, plain, unescaped, unwrapped

_LONGEST_GUID, _LONGEST_COMMENT, _LONGEST_CATEGORY, _LONGEST_DATE, _MOST_CATEGORIES = 500, 1000, 100, 100, 50
_LONGEST_LINE = 10_000  # characters of a title or a list of names that are read at all
_UNTITLED = 100  # characters of the abstract that stand for a missing title
_ARXIV_GUID = re.compile(r"(?:oai:arxiv\.org:|https?://arxiv\.org/abs/)(\S{1,40}?)(?:v(\d{1,3}))?", re.IGNORECASE)
_ARXIV_PREFIX = re.compile(r"\A\s*+arXiv:\S{1,40}\s+Announce Type:\s*[\w-]{1,20}\s*(?:Abstract:\s*)?", re.IGNORECASE)
_MONTH = re.compile(r"(?:[a-z.-]+/)?(\d\d)(0[1-9]|1[0-2])", re.IGNORECASE)
_ISO_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?(?!\d)")
_SEMICOLONS = re.compile("[;；]")
_SPACE_BETWEEN = re.compile(r"\S\s\S")


def entry_of(read: Mapping[str, Any], url: str) -> FeedEntry | None:
    """Return an entry of the feed at an address; None for one without title, text and address."""
    entry = dict(read)  # feedparser's own look-up tries old names of each key, which takes ten times as long
    link = resolved(url, _text(entry, "link"))
    guid = resolved(url, _text(entry, "id")) if entry.get("guidislink") else _text(entry, "id")
    arxiv, version = _arxiv(guid)
    abstract = _abstract(entry, is_arxiv=bool(arxiv))
    title = _title(entry, is_arxiv=bool(arxiv)) or clip(clean_line(abstract), _UNTITLED) or web_address(link)
    if not title:
        return None
    announcement = _announcement(_text(entry, "arxiv_announce_type"))
    comment = clip(clean_line(plain(_text(entry, "arxiv_comment"))), _LONGEST_COMMENT)
    metadata = make_metadata(
        title=title,
        date=_date(entry, arxiv if announcement != "new" else ""),
        excerpt=abstract,
        venue=_venue(entry) or venue_in(comment),
        authors=_authors(entry, is_arxiv=bool(arxiv)),
        links=[address_of("arxiv", arxiv)] if arxiv else _links(entry, link, url),
        identifiers=_identifiers(entry, arxiv, (link, guid)),
    )
    name = clip(clean_line(guid or link or title), _LONGEST_GUID)
    return FeedEntry(name, metadata, _categories(entry), comment, announcement, version)


def resolved(url: str, link: str) -> str:
    """Return a link on a page with that address; a link that is no address stays as it is."""
    if not link or link.startswith(("http://", "https://")):
        return link
    try:
        return urljoin(url, link)
    except ValueError:
        return link


def _text(entry: Mapping[str, Any], key: str) -> str:
    return str(entry.get(key) or "")[:_LONGEST_LINE]


def _title(entry: Mapping[str, Any], *, is_arxiv: bool) -> str:
    title = _text(entry, "title")
    return clean_line(title if is_arxiv else plain(title))  # arXiv's titles are text, in which $a<b$ is no tag


def _abstract(entry: Mapping[str, Any], *, is_arxiv: bool) -> str:
    contents = entry.get("content") or [{}]
    summary = str(entry.get("summary") or contents[0].get("value") or "")
    return _ARXIV_PREFIX.sub("", unwrapped(summary), count=1) if is_arxiv else plain(summary)


def _arxiv(guid: str) -> tuple[str, int]:
    """Return the arXiv id and version that arXiv's own entries have as their guid; empty and 0 for other entries."""
    match = _ARXIV_GUID.fullmatch(guid.strip())
    id = arxiv_id(match[1]) if match else None
    return (id, int(match[2] or 0)) if match and id else ("", 0)


def _announcement(name: str) -> Announcement:
    return next((each for each in ANNOUNCEMENTS if each == name.strip().lower()), "new")


def _date(entry: Mapping[str, Any], earlier_arxiv_id: str) -> PaperDate | None:
    """Return the day of publication as it is written; of an earlier arXiv paper the month in its id.

    A feed dates an earlier paper by the day on which it announced it again.
    """
    if match := _MONTH.match(earlier_arxiv_id):
        return date_in(f"{'19' if match[1] > '90' else '20'}{match[1]}-{match[2]}")
    text = next(
        filter(
            None,
            (_text(entry, key).strip()[:_LONGEST_DATE] for key in ("published", "updated", "prism_publicationdate")),
        ),
        "",
    )
    if match := _ISO_DATE.match(text):
        return date_in(match[0])
    try:
        parsed = parsedate(text)
        return PaperDate(*parsed[:3]) if parsed else date_in(text)
    except (ValueError, TypeError, IndexError):  # what the standard library raises for odd dates
        return None


def _venue(entry: Mapping[str, Any]) -> str | None:
    name = (
        _text(entry, "arxiv_journal_ref")
        or _text(entry, "arxiv_journal_reference")
        or _text(entry, "prism_publicationname")
        or _text(entry, "dc_source")
    )
    return venue_of(plain(name))


def _authors(entry: Mapping[str, Any], *, is_arxiv: bool) -> Iterator[str]:
    people = entry.get("authors") or [{"name": entry.get("author")}]
    for name in (str(each.get("name") or "")[:_LONGEST_LINE] for each in people):
        yield from (unescaped(name).split(",") if is_arxiv else _names(name))


def _names(text: str) -> Iterable[str]:
    """Return the names in a text: `Doe, Jane; Roe, Jan`, `Jane Doe, Jan Roe`, or one name."""
    for each in _SEMICOLONS.split(text):
        parts = each.split(",")
        is_one = len(parts) == 2 and not all(_SPACE_BETWEEN.search(part.strip()) for part in parts)
        yield from [person(each)] if is_one else map(plain, parts)


def _links(entry: Mapping[str, Any], link: str, url: str) -> Iterator[str]:
    yield link
    for each in entry.get("links") or ():
        if each.get("rel") in ("alternate", "related"):
            yield resolved(url, str(each.get("href") or ""))


def _identifiers(entry: Mapping[str, Any], arxiv: str, addresses: Iterable[str]) -> Identifiers:
    names = (_text(entry, key) for key in ("arxiv_doi", "prism_doi", "dc_identifier"))
    registered = next(filter(None, map(doi, names)), None)
    ids = Identifiers(arxiv=arxiv or None)
    if registered:
        ids |= identifiers_in(registered)
    for address in addresses:
        ids |= identifiers_in(address)
    return ids


def _categories(entry: Mapping[str, Any]) -> tuple[str, ...]:
    terms = (clip(clean_line(str(each.get("term") or "")), _LONGEST_CATEGORY) for each in entry.get("tags") or ())
    return tuple(dict.fromkeys(filter(None, terms)))[:_MOST_CATEGORIES]
