"""A feed's document, and an entry of it, as far as filters and people need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from bot.domain.metadata import Metadata, json_of, metadata_from

Announcement: TypeAlias = Literal["new", "cross", "replace", "replace-cross"]
"""What arXiv announces: a new paper, one listed in another category too, or a new version of either."""
ANNOUNCEMENTS: tuple[Announcement, ...] = get_args(Announcement)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A paper that a feed announced; `guid` identifies the entry within its feed, `comment` is the authors' own.

    `version` is that of a preprint, 0 where the feed tells none.
    """

    guid: str
    metadata: Metadata
    categories: tuple[str, ...] = ()
    comment: str = ""
    announcement: Announcement = "new"
    version: int = 0

    @property
    def is_revision(self) -> bool:
        """Return whether the feed announces a new version of an earlier paper."""
        return self.announcement.startswith("replace")


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """What the address of a feed answered.

    `kind` is its format, such as `RSS 2.0`; `ttl` are the minutes for which it wants no other request, and `skip_days`
    weekdays without news (0 is Monday). With `is_broken`, it has an error or ended early, so entries may be missing.
    `keys` identify the entries, in their order, where they are known. `seen` has hashes of all items: handed in with
    the next document of that address, it leaves out the entries of items that stand there again, the same to the byte.
    """

    title: str
    kind: str
    entries: tuple[FeedEntry, ...]
    ttl: int | None = None
    skip_days: tuple[int, ...] = ()
    is_broken: bool = False
    keys: tuple[tuple[str, ...], ...] = ()
    seen: str = ""


def json_of_entry(entry: FeedEntry) -> dict[str, Any]:
    """Return an entry as JSON values."""
    return _shallow(entry) | {"metadata": json_of(entry.metadata)}


def entry_from(columns: dict[str, Any]) -> FeedEntry:
    """Return the entry from JSON values."""
    about = {"metadata": metadata_from(columns["metadata"]), "categories": tuple(columns["categories"])}
    return FeedEntry(**columns | about)


def json_of_document(document: FeedDocument) -> dict[str, Any]:
    """Return a document as JSON values."""
    return _shallow(document) | {"entries": list(map(json_of_entry, document.entries))}


def document_from(columns: dict[str, Any]) -> FeedDocument:
    """Return the document from JSON values."""
    entries = tuple(map(entry_from, columns["entries"]))
    lists = {"entries": entries, "skip_days": tuple(columns["skip_days"]), "keys": tuple(map(tuple, columns["keys"]))}
    return FeedDocument(**columns | lists)


def _shallow(value: FeedEntry | FeedDocument) -> dict[str, Any]:
    """Return the fields; `asdict` would copy all that they hold, which takes as long as reading the feed."""
    return {name: getattr(value, name) for name in value.__slots__}
