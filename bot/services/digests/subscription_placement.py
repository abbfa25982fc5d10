"""Keeps every subscription in the workspace of its server, as the settings have it at a start."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import structlog

from bot.domain.digest import Subscription
from bot.services.digests.subscription_request import SubscriptionRequest, free_name
from bot.services.ports import Clock
from bot.services.workspaces import Workspaces
from bot.store import subscriptions
from bot.store.connection import StoreConnection
from bot.store.database import Database

_log = structlog.get_logger()


class SubscriptionPlacement:
    """Applies the settings to the subscriptions at a start."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo, workspaces: Workspaces) -> None:
        self._database, self._clock, self._zone, self._workspaces = database, clock, zone, workspaces

    async def follow_settings(self, requests: Sequence[SubscriptionRequest]) -> None:
        """Apply subscriptions that changed in the settings since they were last applied; end those that are gone.

        What a curator changed or ended stays so until the settings change.
        """
        by_place = {(await self._workspaces.of_channel(each.channel), each.name): each for each in requests}
        wanted = {place: request.columns() for place, request in by_place.items()}
        async with self._database.read() as connection:
            if await subscriptions.configured(connection) == wanted:
                return  # as at most starts, which then wait for no other process's import
        async with self._database.write() as connection:
            before = await subscriptions.configured(connection)
            for (workspace, name), request in by_place.items():
                if before.get((workspace, name)) != wanted[workspace, name]:
                    columns = await request.columns_from(connection, workspace, self._clock(), self._zone)
                    await subscriptions.save(
                        connection, workspace, self._clock(), **columns, configured=wanted[workspace, name]
                    )
            for workspace, name in before.keys() - by_place.keys():
                if subscription := await subscriptions.by_name(connection, workspace, name):
                    await subscriptions.end(connection, subscription.id, self._clock())
                await subscriptions.unconfigure(connection, workspace, name)

    async def follow_servers(self) -> None:
        """Move the subscriptions of servers whose workspace is another one since the last start.

        Otherwise their channels would go on to receive a collection that nobody there sees or can change.
        """
        async with self._database.read() as connection:
            places = await subscriptions.places(connection)
        for id, channel, workspace in places:
            if self._workspaces.name_of(channel.partition("/")[0]) != workspace:
                await self._move(id, workspace, await self._workspaces.of_channel(channel))

    async def _move(self, id: int, old_name: str, workspace: int) -> None:
        async with self._database.write() as connection:
            every = await subscriptions.active(connection)
            subscription = next((each for each in every if each.id == id), None)
            if subscription is None:
                return  # another process has moved it
            await subscriptions.end(connection, id, self._clock())
            there = [each for each in every if each.workspace_id == workspace]
            if all(each.channel != subscription.channel for each in there):
                await self._save(connection, workspace, subscription)
        _log.warning(
            "a subscription follows its server into another workspace",
            subscription=subscription.name,
            channel=subscription.channel,
            before=old_name,
            now=self._workspaces.name_of(subscription.channel.partition("/")[0]),
        )

    async def _save(self, connection: StoreConnection, workspace: int, old: Subscription) -> None:
        names = await subscriptions.names_of_others(connection, workspace, old.channel)
        name = free_name(old.name, names)
        request = SubscriptionRequest(name, old.channel, old.schedule.text, old.tags, old.locale)
        await subscriptions.save(connection, workspace, self._clock(), **request.columns())
