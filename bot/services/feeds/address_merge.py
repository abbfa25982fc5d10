"""A feed that moved for good onto the address of another one: from then on the two are polled as one."""

from __future__ import annotations

from datetime import datetime

from bot.domain.entry_identity import keys_of
from bot.services.feeds.offering import FilterRun, offer, run_filter
from bot.store import feed_addresses, feed_entries, feeds
from bot.store.connection import StoreConnection


async def merge(connection: StoreConnection, old_id: int, new_id: int, now: datetime) -> None:
    """Let the feeds of an address have another one instead, whose entries they see as far as the old one lacked them.

    They have seen everything of their old address. The new address learns its keys, so that an entry which both
    announced is not new there.
    """
    of_old = await feeds.of_address(connection, old_id)
    kept = [each for each in (await feed_entries.latest(connection, new_id, feed_entries.KEPT))[::-1] if each.entry]
    keys = keys_of([each.entry for each in kept if each.entry])
    known = await feed_entries.known_keys(connection, old_id, [key for each in keys for key in each])
    unseen = [entry for entry, each in zip(kept, keys, strict=True) if known.isdisjoint(each)]
    last = await feed_entries.last_id(connection, new_id)
    for feed in of_old:
        if feed.entry_id is not None:
            await offer(connection, [FilterRun(feed, await run_filter(feed, unseen))], now)
        await feeds.save(connection, feed.id, address_id=new_id, entry_id=None if feed.entry_id is None else last)
    await feed_entries.copy_keys(connection, old_id, new_id)
    await feed_addresses.release(connection, [old_id])
