"""Searches a channel for one of our messages, from an anchor on, over any number of messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.domain.errors import BlockedError, UnfinishedSearchError
from bot.i18n import msg
from bot.platforms.discord.effective_permissions import THREADS, effective_permissions
from bot.platforms.discord.rest import RestClient

# Searches at once: after a takeover there may be 64, of up to nine requests each, and all other requests wait as well.
_AT_ONCE = 8
PAGES = 100  # of 100 messages: a few seconds; the next search continues from there
BLIND = {
    "view_channel": msg("A message may already have arrived, but the bot cannot check; give it “View Channel”."),
    "read_message_history": msg(
        "A message may already have arrived, but the bot cannot check; give it “Read Message History”."
    ),
}


class MessageSearch:
    """Reads channels of servers; Discord returns an empty history to a bot that may not read one."""

    def __init__(self, rest: RestClient) -> None:
        self._rest, self._turns = rest, asyncio.Semaphore(_AT_ONCE)
        self._user: str | None = None
        self._user_lock = asyncio.Lock()

    async def find(self, server: str, channel: str, marker: str, after: int) -> str | None:
        """Return the id of our message with that marker, searching from `after` on; None if it is not there.

        Raises BlockedError when the channel cannot be read.
        """
        async with self._turns:
            return await self._find(server, channel, marker, after)

    async def _find(self, server: str, channel: str, marker: str, after: int) -> str | None:
        user = await self._own_id()
        await self._require_rights(server, channel, user)
        async for page in self._pages(channel, after):
            for message in page:
                if _author_of(message) == user and _is_marked(message, marker):
                    return str(message["id"])
        await self._require_rights(server, channel, user)  # they may have been lost during the search
        return None

    async def _own_id(self) -> str:
        async with self._user_lock:
            self._user = self._user or str((await self._rest.read("/users/@me"))["id"])
        return self._user

    async def _pages(self, channel: str, after: int) -> AsyncIterator[list[dict[str, Any]]]:
        for _ in range(PAGES):
            page = await self._rest.read(
                "/channels/{channel_id}/messages", channel_id=channel, params={"limit": "100", "after": str(after)}
            )
            if not page:
                return
            yield page
            after = max(int(message["id"]) for message in page)
        raise UnfinishedSearchError(
            msg(
                "A message may already have arrived; more than {n} messages were written since, so the search "
                "continues.",
                n=PAGES * 100,
            ),
            str(after),
        )

    async def _require_rights(self, server: str, channel: str, user: str) -> None:
        """Raise BlockedError with the missing permission; a channel that returns any message can be read."""
        if await self._rest.read("/channels/{channel_id}/messages", channel_id=channel, params={"limit": "1"}):
            return
        place = await self._rest.read("/channels/{channel_id}", channel_id=channel)
        if place["type"] in THREADS:
            place = await self._rest.read("/channels/{channel_id}", channel_id=place["parent_id"])
        guild = await self._rest.read("/guilds/{guild_id}", guild_id=server)
        member = await self._rest.read("/guilds/{guild_id}/members/{user_id}", guild_id=server, user_id=user)
        rights = effective_permissions(guild, member, place)
        for name, why in BLIND.items():
            if not getattr(rights, name):
                raise BlockedError(why)


def _is_marked(message: Mapping[str, Any], marker: str) -> bool:
    return f"#{marker}" in json.dumps([message.get("content"), message.get("embeds")], ensure_ascii=False)


def _author_of(message: Mapping[str, Any]) -> str | None:
    author = message.get("author")
    return author.get("id") if isinstance(author, Mapping) else None
