"""What another filter of a feed would change, on the entries that its address announced last."""

from __future__ import annotations

from typing import NamedTuple

from bot.domain.feed import Feed
from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_filter import FeedFilter, SkipReason
from bot.services.feeds.trial import FeedTrials
from bot.store import feed_entries
from bot.store.database import Database

_MOST_ENTRIES = 200


class FilterEffect(NamedTuple):
    """How many of the last entries would come in before and after, and which change; those out by the rule."""

    entries: int
    before: int
    after: int
    newly_in: tuple[FeedEntry, ...]
    newly_out: dict[SkipReason, list[FeedEntry]]


async def effect_of(
    database: Database, trials: FeedTrials, feed: Feed, before: FeedFilter, after: FeedFilter
) -> FilterEffect:
    """Return what another filter changes on the last entries of a feed's address. Raises InputError."""
    async with database.read() as connection:
        log = await feed_entries.latest(connection, feed.address_id, _MOST_ENTRIES)
    entries = [each.entry for each in log if each.entry]
    newly_in, newly_out, before_count, after_count = list[FeedEntry](), dict[SkipReason, list[FeedEntry]](), 0, 0
    for entry, (old, new) in await trials.verdicts(feed.workspace_id, entries, before, after):
        before_count += old is None
        after_count += new is None
        if old and not new:
            newly_in.append(entry)
        elif new and not old:
            newly_out.setdefault(new, []).append(entry)
    return FilterEffect(len(entries), before_count, after_count, tuple(newly_in), newly_out)
