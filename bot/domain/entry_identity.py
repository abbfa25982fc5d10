"""By what an entry of a feed is recognised when it is announced again: never by a date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from bot.domain.feed_entry import FeedEntry
from bot.domain.identifiers import canonical_url
from bot.domain.paper import title_key

_OF_ONE_WORK = ("arxiv:", "openreview:", "acl:")


def keys_of(entries: Sequence[FeedEntry]) -> list[tuple[str, ...]]:
    """Return for each entry of a document the keys that identify it: its guid, its ids without version, its links.

    A guid, a link or a DOI (of a book) that several entries of other titles share identifies none of them; nor does a
    site's front page or a link to code. An entry without any key is identified by its title.
    """
    every = [tuple(dict.fromkeys(_keys(entry))) for entry in entries]
    titles = [title_key(entry.metadata.title or "") for entry in entries]
    counts = Counter(
        key for key, _ in {(key, title) for keys, title in zip(every, titles, strict=True) for key in keys}
    )
    return [
        tuple(key for key in keys if counts[key] == 1 or key.startswith(_OF_ONE_WORK)) or (title,)
        for keys, title in zip(every, titles, strict=True)
    ]


def paper_keys(entry: FeedEntry) -> Iterable[str]:
    """Yield the keys by which a collection may have the entry's paper: ids, and links that are not code."""
    yield from (f"{scheme}:{id.lower()}" for scheme, id in entry.metadata.identifiers.pairs())
    yield from (f"url:{canonical_url(link.url).lower()}" for link in entry.metadata.links if not link.is_code)


def _keys(entry: FeedEntry) -> Iterator[str]:
    yield f"guid:{entry.guid}"
    yield from (f"{scheme}:{id.lower()}" for scheme, id in entry.metadata.identifiers.pairs())
    for link in entry.metadata.links:
        parts = urlsplit(link.url)
        if not link.is_code and (parts.path.strip("/") or parts.query):
            yield f"url:{canonical_url(link.url).lower()}"
