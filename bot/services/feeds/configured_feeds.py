"""Keeps the feeds of the settings in the store, as the settings have them at a start.

What feeds need is imported only where there are any, since every start comes by here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from bot.services.ports import Clock
from bot.store import feed_presence
from bot.store.connection import StoreConnection
from bot.store.database import Database

if TYPE_CHECKING:
    from bot.domain.feed_filter import FeedFilter


class ConfiguredFeed(Protocol):
    """A feed as the settings have it."""

    name: str
    url: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    authors: tuple[str, ...]
    tags: tuple[str, ...]


class ConfiguredFeeds:
    """Applies the settings to a workspace's feeds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def follow(self, workspace_id: int, requests: Sequence[ConfiguredFeed]) -> None:
        """Apply the feeds that changed in the settings since they were last applied; remove those that are gone.

        What a chat changed since stays as long as the settings stay the same.
        """
        async with self._database.read() as connection:
            if not requests and not await feed_presence.any_address(connection):
                return
        from bot.store import feeds

        wanted = {request.name: _columns(request) for request in requests}
        async with self._database.read() as connection:
            if await feeds.configured(connection, workspace_id) == wanted:
                return
        async with self._database.write() as connection:
            before = await feeds.configured(connection, workspace_id)
            for request in requests:
                if before.get(request.name) != wanted[request.name]:
                    await self._apply(connection, workspace_id, request, before.get(request.name))
            for name in before.keys() - wanted.keys():
                if feed := await feeds.by_name(connection, workspace_id, name):
                    await feeds.remove(connection, feed.id)

    async def _apply(
        self, connection: StoreConnection, workspace_id: int, request: ConfiguredFeed, before: dict[str, Any] | None
    ) -> None:
        from bot.store import feeds

        now, configured = self._clock(), _columns(request)
        feed = await feeds.by_name(connection, workspace_id, request.name)
        filter = _filter(request)
        if feed is None:
            await feeds.add(connection, workspace_id, request.name, request.url, filter, now, configured=configured)
            return
        columns: dict[str, Any] = {**feeds.columns_of(filter), "configured": configured}
        if before is None or before["url"] != request.url:  # another address begins with a silent poll
            columns |= {"address_id": await feeds.address_of(connection, request.url, now), "entry_id": None}
        await feeds.save(connection, feed.id, **columns)


def _columns(request: ConfiguredFeed) -> dict[str, Any]:
    """Return what is compared with what the settings last had."""
    lists = {name: list(getattr(request, name)) for name in ("include", "exclude", "authors", "tags")}
    return {"url": request.url, **lists}


def _filter(request: ConfiguredFeed) -> FeedFilter:
    from bot.domain.feed_filter import FeedFilter

    return FeedFilter(request.include, request.exclude, request.authors, request.tags)
