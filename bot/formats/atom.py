"""An Atom feed of a collection (RFC 4287), for feed readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5
from xml.sax.saxutils import escape, quoteattr

from bot.domain.paper import Paper
from bot.formats.html import article
from bot.formats.markdown import NAME, links_of

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class AtomFeed:
    """A feed: its collection, and its own address (absolute or relative) if known.

    Ids are derived from the collection's, so that two teams' entries for one paper differ in a reader that follows
    both.
    """

    collection: UUID
    address: str = ""

    @property
    def id(self) -> str:
        """Return the feed's id."""
        return uuid5(self.collection, "collection").urn

    def entry_id(self, paper: Paper) -> str:
        """Return the id of a paper's entry; it stays the same as long as the paper's id."""
        return uuid5(self.collection, f"paper/{paper.id}").urn


def write(papers: Iterable[Paper], feed: AtomFeed) -> Iterator[str]:
    """Write the feed; without an address, its id (a URN) serves as its link to itself."""
    yield "\n".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>',
            '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ja">',
            _element("id", feed.id),
            _element("title", NAME),
            f'<link rel="self" type="application/atom+xml" href={quoteattr(_xml(feed.address or feed.id))}/>',
            f"<author>{_element('name', NAME)}</author>\n",
        )
    )
    updated = datetime(1970, 1, 1, tzinfo=UTC)
    for paper in papers:
        updated = max(updated, _updated(paper))
        yield "\n".join(_entry(paper, feed)) + "\n"
    yield f"{_element('updated', _time(updated))}\n</feed>\n"  # the order of a feed's elements has no meaning


def _entry(paper: Paper, feed: AtomFeed) -> Iterator[str]:
    yield "<entry>"
    yield _element("id", feed.entry_id(paper))
    yield _element("title", paper.heading)
    yield _element("updated", _time(_updated(paper)))
    if paper.added_at:
        yield _element("published", _time(paper.added_at))
    yield from (f"<author>{_element('name', name)}</author>" for name in paper.authors)
    if paper.url:
        yield f'<link rel="alternate" href={quoteattr(_xml(paper.url))}/>'
    others = {link.url: link.name for link in links_of(paper) if link.url != paper.url}
    yield from (
        f'<link rel="related" href={quoteattr(_xml(url))} title={quoteattr(_xml(name))}/>'
        for url, name in others.items()
    )
    yield from (f"<category term={quoteattr(_xml(tag))}/>" for tag in paper.tags)
    retractions = [update.text("ja") for update in paper.updates if update.is_retraction]
    if summary := "\n".join(filter(None, (*retractions, paper.comment or paper.excerpt))):
        yield _element("summary", summary)
    yield f'<content type="html">{escape(_xml(article(paper)))}</content>'
    yield "</entry>"


def _updated(paper: Paper) -> datetime:
    """Return the time of the paper's last change or update, or its date if none is recorded."""
    date = paper.date
    published = (
        datetime(date.year, date.month or 1, date.day or 1, tzinfo=UTC) if date else datetime(1970, 1, 1, tzinfo=UTC)
    )
    edited = paper.updated_at or paper.added_at or published
    days = [datetime(day.year, day.month or 1, day.day or 1, tzinfo=UTC) for day in (u.date for u in paper.updates)]
    return max([edited, *days])


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_xml(text))}</{name}>"


def _xml(text: str) -> str:
    """Return the text without characters that XML does not allow."""
    return _NOT_XML.sub("", text)
