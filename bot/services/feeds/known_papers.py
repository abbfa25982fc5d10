"""Which entries of a feed are papers that the collection has, under any id, link or version."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.entry_identity import paper_keys
from bot.domain.feed_entry import FeedEntry
from bot.domain.folding import normalize
from bot.domain.paper import title_key
from bot.store import papers
from bot.store.connection import StoreConnection


async def known_entries(connection: StoreConnection, workspace_id: int, entries: Sequence[FeedEntry]) -> list[bool]:
    """Return for each entry whether the collection has its paper: by an id or a link, or by title and an author."""
    titles = [title_key(entry.metadata.title or "") for entry in entries]
    keys = [list(paper_keys(entry)) for entry in entries]
    holders = await papers.by_keys(connection, workspace_id, [*titles, *(key for each in keys for key in each)])
    same_title = await papers.by_ids(connection, workspace_id, {holders[title] for title in titles if title in holders})
    families = {id: _families(paper.authors) for id, (_, paper) in same_title.items()}
    return [
        not holders.keys().isdisjoint(each)
        or not families.get(holders.get(title, ""), set()).isdisjoint(_families(entry.metadata.authors))
        for entry, each, title in zip(entries, keys, titles, strict=True)
    ]


def _families(names: Sequence[str]) -> set[str]:
    """Return the family names of authors, written `Jonathan Ho` or `Ho, Jonathan`; a name without spaces as it is."""
    parts = (normalize(name).partition(",") for name in names)
    return {(before.strip() if comma else before.split(" ")[-1]) for before, comma, _ in parts if before.strip()}
