"""What arXiv announced in each category, day by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import null, select, update

from bot.domain.arxiv_announcement import Listing
from bot.store.connection import StoreConnection
from bot.store.database import iso
from bot.store.dialect import upsert
from bot.store.feed_schema import arxiv_announcements

_KEPT = 8  # announcements of a category whose papers are kept


class ReadListing(NamedTuple):
    """A listing, and when it was last read."""

    listing: Listing
    at: datetime


async def latest(connection: StoreConnection, category: str) -> list[ReadListing]:
    """Return the last listings of a category, newest first."""
    query = (
        select(arxiv_announcements)
        .where(arxiv_announcements.c.category == category, arxiv_announcements.c.papers.is_not(None))
        .order_by(arxiv_announcements.c.day.desc())
    )
    return [
        ReadListing(
            Listing(date.fromisoformat(row.day), row.papers, row.announced), datetime.fromisoformat(row.checked_at)
        )
        for row in await connection.execute(query)
    ]


async def save(connection: StoreConnection, category: str, listings: Iterable[Listing], now: datetime) -> None:
    """Write what listings tell; of old ones only the count is kept."""
    for listing in listings:
        values = {"announced": listing.announced, "papers": dict(listing.papers), "checked_at": iso(now)}
        statement = upsert(arxiv_announcements).values(category=category, day=listing.day.isoformat(), **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=["category", "day"], set_=values))
    of_category = arxiv_announcements.c.category == category
    oldest = (
        select(arxiv_announcements.c.day)
        .where(of_category)
        .order_by(arxiv_announcements.c.day.desc())
        .limit(1)
        .offset(_KEPT)
    )
    old = arxiv_announcements.c.day <= oldest.scalar_subquery()
    await connection.execute(update(arxiv_announcements).where(of_category, old).values(papers=null()))
