"""Atom feeds (RFC 4287): of all papers, of each tag, and of each stream of digests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid5

from markupsafe import Markup

from bot.domain.outline import Outline
from bot.domain.paper import Paper
from bot.i18n import t
from bot.site import templating
from bot.site.catalogue import Shelf, edition_path, paper_path
from bot.site.inert import address, inert
from bot.site.names import file_name
from bot.site.pages.editions import feed_path, heading_of, shown_of
from bot.site.site import File, Page, Site, root_of
from bot.site.views import prose

_ENTRIES, _EDITIONS = 50, 20
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Entry(NamedTuple):
    """An entry of a feed; `content` is HTML."""

    id: str
    title: str
    path: str
    published: datetime
    updated: datetime
    authors: Sequence[str]
    tags: Sequence[str]
    related: str | None
    content: Markup


def pages(site: Site) -> Iterator[Page]:
    """Return the feed of all papers, and those of the streams of digests."""
    yield _of_papers(site, "feed.xml", "", site.catalogue.papers)
    for subscription in site.catalogue.streams:
        yield _of_editions(site, subscription)


def page_of_tag(site: Site, shelf: Shelf) -> Page:
    """Return the feed of a tag."""
    return _of_papers(site, f"tags/{shelf.file}.xml", shelf.name, shelf.papers)


def _of_papers(site: Site, path: str, name: str, papers: Sequence[Outline]) -> Page:
    listed = papers[:_ENTRIES]

    def render(found: Mapping[int, Paper]) -> Iterator[File]:
        entries = [_entry(site, each, found[each.number]) for each in listed]
        yield _feed(site, path, f"site/{path}", name, _last_edited_first(_at_times_of_their_own(entries)))

    fingerprint = site.fingerprint(path, name, *(each.digest for each in listed))
    return Page(path, fingerprint, render, tuple(each.number for each in listed))


def _of_editions(site: Site, subscription: str) -> Page:
    editions = site.catalogue.streams[subscription][:_EDITIONS]
    path, locale = feed_path(subscription), site.settings.locale

    def render(found: Mapping[int, Paper]) -> Iterator[File]:
        times = _falling(each.composed_at for each in editions)
        entries = [
            Entry(
                id=uuid5(site.settings.identity, inert(f"edition/{each.subscription}/{each.number}")).urn,
                title=heading_of(site, each, locale),
                path=edition_path(each),
                published=at,
                updated=at,
                authors=(),
                tags=(),
                related=None,
                content=Markup("").join(_section(site, path, found[number]) for number in each.papers),
            )
            for each, at in zip(editions, times, strict=True)
        ]
        yield _feed(site, path, f"site/{path}", subscription, entries)

    digests = [site.catalogue.by_number[number].digest for each in editions for number in each.papers]
    parts = [shown_of(site, each) for each in editions]
    numbers = dict.fromkeys(number for each in editions for number in each.papers)
    return Page(path, site.fingerprint(path, *parts, *digests), render, tuple(numbers))


def _feed(site: Site, path: str, key: str, name: str, entries: Sequence[Entry]) -> File:
    """Return a feed's file; its id is that of its place in this collection, so that it stays."""
    locale = site.settings.locale
    text = templating.fill(
        "feed.xml",
        id=uuid5(site.settings.identity, key).urn,
        locale=locale,
        title=t(locale, "論文だより: {name}", name=name) if name else "論文だより",
        address=site.absolute(path),
        home=_link(site, path, "index.html"),
        updated=entries[0].updated if entries else datetime(1970, 1, 1, tzinfo=UTC),
        entries=[(entry, _link(site, path, entry.path)) for entry in entries],
    )
    return path, _NOT_XML.sub("", text)


def _entry(site: Site, outline: Outline, paper: Paper) -> Entry:
    edited = paper.updated_at or outline.added_at
    paragraphs = prose(paper.comment or paper.excerpt or paper.title)
    return Entry(
        id=uuid5(site.settings.identity, inert(f"paper/{paper.id}")).urn,
        title=paper.heading,
        path=paper_path(outline),
        published=min(outline.added_at, edited),  # of an import, the earliest that its file told
        updated=edited,
        authors=paper.authors[:20],
        tags=paper.tags,
        related=address(paper.url),
        content=Markup("").join(Markup("<p>{}</p>").format(each) for each in paragraphs),
    )


def _at_times_of_their_own(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries by the time of their addition, each at its own; one that was not edited since keeps its time."""
    order = sorted(entries, key=lambda entry: entry.published, reverse=True)
    times = _falling(entry.published for entry in order)
    return [
        entry._replace(published=time, updated=entry.updated if entry.updated > entry.published else time)
        for entry, time in zip(order, times, strict=True)
    ]


def _last_edited_first(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries by the time of their last edit, which is their addition if there was none, each at its own."""
    order = sorted(entries, key=lambda entry: entry.updated, reverse=True)
    times = _falling(entry.updated for entry in order)
    return [entry._replace(updated=time) for entry, time in zip(order, times, strict=True)]


def _section(site: Site, path: str, paper: Paper) -> Markup:
    link = _link(site, path, f"papers/{file_name(paper.id)}.html")
    paragraphs = Markup("").join(Markup("<p>{}</p>").format(each) for each in prose(paper.comment or ""))
    return Markup('<h2><a href="{}">{}</a></h2>{}').format(link, paper.heading, paragraphs)


def _link(site: Site, path: str, target: str) -> str:
    return site.absolute(target) or root_of(path) + target


def _falling(times: Iterable[datetime]) -> Iterator[datetime]:
    """Yield times in whole seconds, each earlier than the one before: readers repost entries of equal times."""
    last: datetime | None = None
    for time in times:
        whole = time.astimezone(UTC).replace(microsecond=0)
        last = whole if last is None or whole < last else last - timedelta(seconds=1)
        yield last
