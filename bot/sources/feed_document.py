"""Reads a feed's document: RSS 0.9 to 2.0 and Atom with feedparser, and Hugging Face's daily papers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.sax import SAXException

from bot.domain.entry_identity import identity_of, keys_of
from bot.domain.errors import FeedElsewhereError, SourceError
from bot.domain.feed_entry import FeedDocument, FeedEntry
from bot.domain.identifiers import web_address
from bot.domain.text import clean_line, clip
from bot.i18n import msg
from bot.sources import daily_papers, feed_entries, feed_items
from bot.sources.markup import plain
from bot.sources.source_errors import unreadable

_LONGEST_TITLE, _LONGEST_TTL = 200, 60 * 24 * 366
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = re.compile(rb"<day>\s{0,20}([a-z]{3})", re.IGNORECASE)
_PAGE = re.compile(rb"<!doctype\s{1,20}html|<html[\s>]", re.IGNORECASE)
_BASE = re.compile(rb"(?:xml:|\s)base\s{0,20}=", re.IGNORECASE)
_BEGINNING = 2000  # bytes in which a page says that it is one
_FEED_TYPES = ("application/rss+xml", "application/atom+xml")


def parse(body: bytes, url: str, charset: str | None, name: str, seen: str = "") -> FeedDocument:
    """Return the document that an address answered; `name` is the source in messages. Raises SourceError.

    With what an earlier document of the address has as `seen`, the entries of items that stood there are left out.
    """
    text = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text:
        raise SourceError(msg("{source} answered with nothing, so there is no feed.", source=name))
    return _of_json(text, name) if text[:1] in (b"[", b"{") else _of_xml(text, url, charset, name, seen)


def _of_json(body: bytes, name: str) -> FeedDocument:
    try:
        items = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _not_a_feed(name) from error
    entries = tuple(filter(None, map(daily_papers.entry_of, items))) if isinstance(items, list) else ()
    if not entries and items != []:
        raise _not_a_feed(name)
    return FeedDocument("Hugging Face Daily Papers", daily_papers.KIND, entries)


def _of_xml(body: bytes, url: str, charset: str | None, name: str, seen: str) -> FeedDocument:
    items = feed_items.cut(body)
    if items is None:
        document, _ = _document(_read(body, url, charset, name), body, url, name)
        return replace(document, keys=tuple(keys_of(document.entries)))
    earlier = feed_items.unpacked(seen)
    read = _read(items.without(earlier), url, charset, name) if earlier else {}
    if not _is_whole(read, items, earlier):
        earlier, read = {}, _read(body, url, charset, name)
    document, entries = _document(read, body, url, name)
    others = [earlier[digest] for digest in items.digests if digest in earlier]
    document = replace(document, keys=tuple(keys_of(document.entries, others)))
    if not _is_whole(read, items, earlier):
        return document
    new = (digest for digest in items.digests if digest not in earlier)
    identities = earlier | {digest: identity_of(entry) for digest, entry in zip(new, entries, strict=True) if entry}
    known = [digest for digest in items.digests if digest in identities]
    return replace(document, seen=feed_items.packed(known, map(identities.__getitem__, known)))


def _is_whole(read: Mapping[str, Any], items: feed_items.Items, left_out: Collection[bytes]) -> bool:
    """Return whether feedparser read each item that was not left out, and nothing amiss."""
    count = sum(digest not in left_out for digest in items.digests)
    return "entries" in read and not read["bozo"] and len(read["entries"]) == count


def _document(read: Mapping[str, Any], body: bytes, url: str, name: str) -> tuple[FeedDocument, list[FeedEntry | None]]:
    """Return the document that feedparser read, and each of its entries, None for one that says nothing."""
    about, kind = read.get("feed") or {}, _kind(str(read.get("version") or ""))
    if not kind:
        raise _page_instead(about, url, name) if _PAGE.search(body[:_BEGINNING]) else _not_a_feed(name)
    entries = [feed_entries.entry_of(entry, url) for entry in read.get("entries") or ()]
    is_broken = isinstance(read.get("bozo_exception"), SAXException)
    if is_broken and not any(entries):
        raise unreadable(name)
    title = clip(clean_line(plain(str(about.get("title") or "")[:_BEGINNING])), _LONGEST_TITLE)
    minutes, days = _minutes(str(about.get("ttl") or "")), _skip_days(body)
    return FeedDocument(title, kind, tuple(filter(None, entries)), minutes, days, is_broken), entries


def _read(body: bytes, url: str, charset: str | None, name: str) -> Mapping[str, Any]:
    import feedparser  # slow to import, and not needed to start

    headers = {"content-type": f"application/xml; charset={charset}"} if charset else {}
    if _has_base(body):
        headers["content-location"] = url  # with it, feedparser takes half as long again
    try:
        # Given text or bytes, feedparser may take them for an address or a file name. Its sanitizer would take the
        # inequalities in abstracts for tags; texts are cleaned when they become metadata.
        document: Mapping[str, Any] = feedparser.parse(
            BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # whatever feedparser's own parsers raise
        raise unreadable(name) from error
    return document


def _has_base(body: bytes) -> bool:
    """Return whether a document may name the base of relative addresses."""
    return b"\0" in body or (b"base" in body and _BASE.search(body) is not None)


def _kind(version: str) -> str:
    """Return the name of feedparser's version of a feed: `RSS 2.0` for `rss20`."""
    match = re.fullmatch(r"(rss|atom|cdf)(\d)?(\d+)?\w?", version)
    if not match:
        return ""
    family = "Atom" if match[1] == "atom" else match[1].upper()
    return f"{family} {match[2]}.{match[3]}" if match[3] else family


def _minutes(text: str) -> int | None:
    return min(int(text), _LONGEST_TTL) if re.fullmatch(r"[0-9]{1,9}", text.strip()) else None


def _skip_days(body: bytes) -> tuple[int, ...]:
    """Return the weekdays of `skipDays`, of which feedparser keeps only the last."""
    listed = body.partition(b"<skipDays>")[2][:_BEGINNING].partition(b"</skipDays>")[0]
    names = {day.decode().lower() for day in _DAY.findall(listed)}
    return tuple(n for n, day in enumerate(_DAYS) if day in names)


def _page_instead(about: Mapping[str, Any], url: str, name: str) -> SourceError:
    """Return the error for a web page; it names the feed that the page itself links to."""
    links = (str(link.get("href") or "") for link in about.get("links") or () if link.get("type") in _FEED_TYPES)
    if address := next(filter(None, (web_address(feed_entries.resolved(url, link)) for link in links)), None):
        message = msg("{source} answered with a web page; its feed seems to be {address}", source=name, address=address)
        return FeedElsewhereError(message, address)
    return SourceError(
        msg(
            "{source} answered with a web page, not with a feed; give the address of its RSS or Atom feed.", source=name
        )
    )


def _not_a_feed(name: str) -> SourceError:
    return SourceError(msg("What {source} answered is not a feed.", source=name))
