"""A workspace's feeds as its curators manage them: how they are, pausing, resuming, removing.

Adding one, or changing a filter, goes over a preview; see `drafts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.errors import NotAllowedError, NotFoundError
from bot.domain.feed import Feed
from bot.domain.feed_filter import FeedFilter
from bot.domain.feed_filter_text import filter_from
from bot.domain.feed_request import valid_address
from bot.domain.identifiers import is_url
from bot.domain.text import clip
from bot.i18n import CommandName, msg
from bot.services.feeds.feed_messages import NO_FEEDS
from bot.services.feeds.outcomes import RemovedFeed
from bot.services.feeds.statuses import FeedStatus, statuses_of
from bot.services.ports import Clock
from bot.store import feed_addresses, feeds
from bot.store.connection import StoreConnection
from bot.store.database import Database, iso

_LONGEST_LIST = 500  # characters of names in a sentence


class FeedManagement:
    """Manages the feeds of workspaces."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database, self._clock, self._zone = database, clock, zone

    def now(self) -> datetime:
        """Return the current time of the clock that decides which feeds are due."""
        return self._clock()

    async def all(self, workspace_id: int) -> list[Feed]:
        """Return a workspace's feeds by name."""
        async with self._database.read() as connection:
            return await feeds.all_of(connection, workspace_id)

    async def statuses(self, workspace_id: int, name: str | None = None) -> list[FeedStatus]:
        """Return the status of each of a workspace's feeds, by name, or only of the named one. Raises NotFoundError."""
        async with self._database.read() as connection:
            statuses = await statuses_of(connection, workspace_id, self._clock(), self._zone)
            feed = await named_feed(connection, workspace_id, name) if name else None
        return [each for each in statuses if feed is None or each.feed.id == feed.id]

    async def named(self, workspace_id: int, name: str) -> Feed:
        """Return the workspace's feed of that name. Raises NotFoundError."""
        async with self._database.read() as connection:
            return await named_feed(connection, workspace_id, name)

    async def address_and_filter(
        self, workspace_id: int, feed: str, texts: Mapping[str, str]
    ) -> tuple[str, FeedFilter]:
        """Return the address and the filter to try: of a feed's name or an address; texts replace parts of the filter.

        Raises NotFoundError, and InputError for a wrong rule.
        """
        if is_url(feed.strip().strip("<>")):
            url, filter = valid_address(feed), FeedFilter()
        else:
            known = await self.named(workspace_id, feed)
            url, filter = known.url, known.filter
        filter = filter_from(texts, filter)
        filter.compiled()
        return url, filter

    async def pause(self, workspace_id: int, name: str) -> Feed:
        """Pause a feed and return it: nothing of it is offered until it is resumed. Raises NotFoundError."""
        async with self._database.write() as connection:
            feed = await named_feed(connection, workspace_id, name)
            if feed.paused_at is None:
                await feeds.save(connection, feed.id, paused_at=iso(self._clock()))
            return await named_feed(connection, workspace_id, feed.name)

    async def resume(self, workspace_id: int, name: str) -> Feed:
        """Resume a feed that was paused, or poll one again that was stopped, and return it. Raises NotFoundError."""
        async with self._database.write() as connection:
            feed = await named_feed(connection, workspace_id, name)
            await feeds.save(connection, feed.id, paused_at=None)
            address = await feed_addresses.get(connection, feed.address_id)
            if address and address.stopped_at:
                await feed_addresses.save(connection, address.id, stopped_at=None, next_poll_at=self._clock())
            return await named_feed(connection, workspace_id, feed.name)

    async def removal(self, workspace_id: int, name: str) -> RemovedFeed:
        """Return what removing a feed would leave.

        Raises NotFoundError, and NotAllowedError for a feed of the settings.
        """
        async with self._database.read() as connection:
            feed = await _removable(connection, workspace_id, name)
            return RemovedFeed(feed, await feeds.count_waiting(connection, feed.id))

    async def remove(self, workspace_id: int, feed_id: int) -> RemovedFeed:
        """Remove a feed and its counts, and return what stays: its candidates. Raises what `removal` raises."""
        async with self._database.write() as connection:
            every = await feeds.all_of(connection, workspace_id)
            feed = next((each for each in every if each.id == feed_id), None)
            if feed is None:
                raise NotFoundError(msg("This feed was removed already."))
            feed = await _removable(connection, workspace_id, feed.name)
            waiting = await feeds.count_waiting(connection, feed.id)
            await feeds.remove(connection, feed.id)
        return RemovedFeed(feed, waiting)


async def named_feed(connection: StoreConnection, workspace_id: int, name: str) -> Feed:
    """Return the workspace's feed of that name, in any case if only one has it. Raises NotFoundError."""
    name = name.strip()
    if feed := await feeds.by_name(connection, workspace_id, name):
        return feed
    every = await feeds.all_of(connection, workspace_id)
    alike = [each for each in every if each.name.casefold() == name.casefold()]
    if len(alike) == 1:
        return alike[0]
    raise no_feed(name, [each.name for each in every])


def no_feed(name: str, names: Sequence[str]) -> NotFoundError:
    """Return the error for a feed that is not there; it names those that are."""
    if not names:
        return NotFoundError(NO_FEEDS)
    listed = clip(", ".join(names), _LONGEST_LIST)
    return NotFoundError(msg('No feed is called "{name}"; there are: {names}', name=clip(name, 80), names=listed))


async def _removable(connection: StoreConnection, workspace_id: int, name: str) -> Feed:
    feed = await named_feed(connection, workspace_id, name)
    if feed.is_configured:
        raise NotAllowedError(
            msg(
                'The settings file holds "{name}", so it would come back at the next start; '
                "remove it there, or pause it with {command}.",
                name=feed.name,
                command=CommandName("feed pause"),
            )
        )
    return feed
