"""By what an entry of a feed is recognised when it is announced again: never by a date."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.domain.feed_entry import FeedEntry
from bot.domain.identifiers import canonical_url
from bot.domain.paper import title_key

HASH_LENGTH = 8  # bytes
_OF_ONE_WORK = ("arxiv:", "openreview:", "acl:")


class Identity(NamedTuple):
    """Hashes of an entry's title, and of everything that may identify it."""

    title: bytes
    keys: tuple[bytes, ...]


def identity_of(entry: FeedEntry) -> Identity:
    """Return an entry's identity."""
    return Identity(_hash(title_key(entry.metadata.title or "")), tuple(map(_hash, dict.fromkeys(_keys(entry)))))


def keys_of(entries: Sequence[FeedEntry], others: Iterable[Identity] = ()) -> list[tuple[str, ...]]:
    """Return for each entry of a document the keys that identify it: its guid, its ids without version, its links.

    A guid, a link or a DOI (of a book) that several entries of other titles share identifies none of them; nor does a
    site's front page or a link to code. An entry without any key is identified by its title. The `others` are entries
    of the same document.
    """
    every = [tuple(dict.fromkeys(_keys(entry))) for entry in entries]
    titles = [title_key(entry.metadata.title or "") for entry in entries]
    pairs = {(key, title) for keys, title in zip(every, titles, strict=True) for key in keys}
    shared = _shared_with(others, pairs)
    counts = Counter(key for key, _ in pairs)
    return [
        tuple(key for key in keys if (counts[key] == 1 and key not in shared) or key.startswith(_OF_ONE_WORK))
        or (title,)
        for keys, title in zip(every, titles, strict=True)
    ]


def _shared_with(others: Iterable[Identity], pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Return the keys, given with a title that has them, that other entries of other titles have too."""
    titles = defaultdict[bytes, set[bytes]](set)
    for other in others:
        for key in other.keys:
            titles[key].add(other.title)
    return {key for key, title in pairs if titles and titles.get(_hash(key), set()) - {_hash(title)}}


def paper_keys(entry: FeedEntry) -> Iterable[str]:
    """Yield the keys by which a collection may have the entry's paper: ids, and links that are not code."""
    yield from (f"{scheme}:{id.lower()}" for scheme, id in entry.metadata.identifiers.pairs())
    yield from (f"url:{canonical_url(link.url).lower()}" for link in entry.metadata.links if not link.is_code)


def _hash(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=HASH_LENGTH).digest()


def _keys(entry: FeedEntry) -> Iterator[str]:
    yield f"guid:{entry.guid}"
    yield from (f"{scheme}:{id.lower()}" for scheme, id in entry.metadata.identifiers.pairs())
    for link in entry.metadata.links:
        parts = urlsplit(link.url)
        if not link.is_code and (parts.path.strip("/") or parts.query):
            yield f"url:{canonical_url(link.url).lower()}"
