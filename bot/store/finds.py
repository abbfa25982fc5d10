"""Feeds' finds: offered as candidates, each work once, however many feeds bring it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import bindparam, func, insert, select

from bot.domain.paper import Paper
from bot.store.candidates import INSERT_KEYS, find_keys
from bot.store.connection import StoreConnection
from bot.store.database import batched, iso
from bot.store.dialect import upsert
from bot.store.feed_schema import candidate_feeds
from bot.store.papers import columns_of
from bot.store.schema import candidate_keys, candidates

Offer: TypeAlias = Literal["new", "waiting", "decided"]
"""What became of a feed's find: a new candidate, one that waits already, or one that was decided on before."""

# Built once: building them takes longer than SQLite takes to answer.
_HOLDERS = (
    select(candidate_keys.c.key, candidates.c.decision.is_not(None), candidates.c.number)
    .join(candidates, candidates.c.number == candidate_keys.c.number)
    .where(
        candidate_keys.c.workspace_id == bindparam("workspace"),
        candidate_keys.c.key.in_(bindparam("keys", expanding=True)),
    )
)
_LAST = select(func.max(candidates.c.number))
_SINCE = select(candidates.c.number).where(candidates.c.number > bindparam("last")).order_by(candidates.c.number)
_INSERT = insert(candidates)
_INSERT_FEEDS = upsert(candidate_feeds).on_conflict_do_nothing()
_AT_ONCE = 25  # papers whose JSON is written in one step of the event loop
_LATER = 2**62  # more than any number of a candidate


class Find(NamedTuple):
    """A paper that a feed brought, counted in the ledger of that day."""

    feed_id: int
    day: str
    form: dict[str, Any]
    paper: Paper


class _Holder(NamedTuple):
    """A candidate that has a key; the first in this order counts: one that waits, and then the oldest."""

    is_decided: bool
    number: int


async def offer(connection: StoreConnection, workspace_id: int, finds: Sequence[Find], now: datetime) -> list[Offer]:
    """Offer finds, and return for each whether it is new, waits already or was decided on.

    A work that waits already is also named as the feed's; one that was decided on stays as it is.
    """
    every = [find_keys(find.paper) for find in finds]
    holders = await _holders(connection, workspace_id, {key for keys in every for key in keys})
    offers, places = list[Offer](), dict[int, int]()
    for at, keys in enumerate(every):
        holder = min((holders[key] for key in keys if key in holders), default=None)
        if holder is None:
            holder = _Holder(is_decided=False, number=_LATER + at)
            holders |= dict.fromkeys(keys, holder)
            offers.append("new")
        else:
            offers.append("decided" if holder.is_decided else "waiting")
        if not holder.is_decided:
            places[at] = holder.number
    new = [at for at, offer in enumerate(offers) if offer == "new"]
    numbers = await _add(connection, workspace_id, [(finds[at], every[at]) for at in new], now)
    numbered = {_LATER + at: number for at, number in zip(new, numbers, strict=True)}
    rows = [
        {
            "workspace_id": workspace_id,
            "number": numbered.get(number, number),
            "feed_id": finds[at].feed_id,
            "day": finds[at].day,
        }
        for at, number in places.items()
    ]
    if rows:
        await connection.execute(_INSERT_FEEDS, rows)
    return offers


async def _holders(connection: StoreConnection, workspace_id: int, keys: Iterable[str]) -> dict[str, _Holder]:
    """Return the candidate that counts for each of the keys that one has."""
    holders = dict[str, _Holder]()
    for batch in batched(list(keys)):
        for key, is_decided, number in await connection.execute(_HOLDERS, {"workspace": workspace_id, "keys": batch}):
            holder = _Holder(bool(is_decided), number)
            holders[key] = min(holders.get(key, holder), holder)
    return holders


async def _add(
    connection: StoreConnection, workspace_id: int, finds: Sequence[tuple[Find, Sequence[str]]], now: datetime
) -> list[int]:
    """Insert candidates with their keys, and return their numbers."""
    if not finds:
        return []
    last = (await connection.execute(_LAST)).scalar() or 0
    for batch in batched(finds, _AT_ONCE):
        rows = [
            {
                "workspace_id": workspace_id,
                "form": find.form,
                "paper": columns_of(find.paper),
                "proposed_at": iso(now),
            }
            for find, _ in batch
        ]
        await connection.execute(_INSERT, rows)  # with RETURNING it would be a statement for each row
    numbers = list(await connection.scalars(_SINCE, {"last": last}))
    keys = [
        {"workspace_id": workspace_id, "key": key, "number": number}
        for number, (_, keys) in zip(numbers, finds, strict=True)
        for key in keys
    ]
    await connection.execute(INSERT_KEYS, keys)
    return numbers
