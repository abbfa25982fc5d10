"""Leaves out of a feed's document the items that stood there last time: most items of most documents.

Items are compared as bytes, before anything is parsed. Where it is not plain where an item ends, all are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from bot.domain.entry_identity import HASH_LENGTH, Identity

_ROOT = re.compile(rb"<(rss|rdf:RDF|feed)[\s>]")
_BEGINNING = 2000  # bytes in which the root element stands
_STARTS = {name: re.compile(rb"<" + name + rb"[\s>]") for name in (b"item", b"entry")}
_DIGEST = 12  # bytes
_PAIRS = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))
_MOST = 2_000  # items of a document that are remembered


class Items(NamedTuple):
    """A document cut into its items, with their hashes, and what stands before, between and after them."""

    items: Sequence[bytes]
    digests: Sequence[bytes]
    rest: Sequence[bytes]

    def without(self, seen: Mapping[bytes, Identity]) -> bytes:
        """Return the document without the items that were seen."""
        kept = [b"" if digest in seen else item for item, digest in zip(self.items, self.digests, strict=True)]
        return b"".join(part for pair in zip(self.rest, [*kept, b""], strict=True) for part in pair)


def cut(body: bytes) -> Items | None:
    """Return the items of a document; None if it has none, or if it is not plain where they begin and end."""
    root = _ROOT.search(body, 0, _BEGINNING)
    if not root or b"<!ENTITY" in body or b"\x1b" in body:  # with that byte, others are no ASCII
        return None
    name = b"entry" if root[1] == b"feed" else b"item"
    parts = body.split(b"</" + name + b">")
    if not 1 < len(parts) <= _MOST:
        return None
    items, rest = list[bytes](), list[bytes]()
    for part in parts[:-1]:
        starts = [match.start() for match in _STARTS[name].finditer(part)]
        if len(starts) != 1 or not (_is_closed(part[: starts[0]]) and _is_closed(part[starts[0] :])):
            return None
        rest.append(part[: starts[0]])
        items.append(part[starts[0] :] + b"</" + name + b">")
    if _STARTS[name].search(parts[-1]):
        return None
    return Items(items, [blake2b(item, digest_size=_DIGEST).digest() for item in items], [*rest, parts[-1]])


def packed(digests: Iterable[bytes], identities: Iterable[Identity]) -> str:
    """Return the hashes of items and of the entries that they became, as a text to keep."""
    records = (
        b"".join((digest, len(identity.keys).to_bytes(1), identity.title, *identity.keys))
        for digest, identity in zip(digests, identities, strict=True)
        if len(identity.keys) < 256
    )
    return b"".join(records).hex()


def unpacked(seen: str) -> dict[bytes, Identity]:
    """Return what was packed, by the hash of the item."""
    content, at, identities = bytes.fromhex(seen), 0, dict[bytes, Identity]()
    while at < len(content):
        digest, count = content[at : at + _DIGEST], content[at + _DIGEST]
        at += _DIGEST + 1
        title, *keys = (content[at + n * HASH_LENGTH : at + (n + 1) * HASH_LENGTH] for n in range(count + 1))
        identities[digest] = Identity(title, tuple(keys))
        at += (count + 1) * HASH_LENGTH
    return identities


def _is_closed(part: bytes) -> bool:
    """Return whether every comment and CDATA section that begins in a part ends there."""
    return all(part.count(start) == part.count(end) for start, end in _PAIRS)
