"""Looks whether the bot can post in each channel of the digest, and find its messages there again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from discord import Permissions

from bot.domain.errors import ChannelClosedError, PublishError
from bot.i18n import Message, msg
from bot.platforms.discord.effective_permissions import THREADS, effective_permissions
from bot.platforms.discord.inspection_api import InspectionApi
from bot.platforms.discord.permissions import PERMISSION_NAMES
from bot.services.check import Check
from bot.services.ports import DigestChannel

Json = Mapping[str, Any]
_TAKES_MESSAGES = (0, 2, 5, 13, *THREADS)
_NO_MESSAGES = msg("This kind of channel takes no messages; choose a text channel, or a post of the forum.")
_ELSEWHERE = msg("Choose another channel, or correct its id in the settings.")


class ChannelInspection:
    """Asks for a server, the bot's roles and all channels at once; only threads and missing channels one by one."""

    def __init__(self, api: InspectionApi, user: str, invitation: str) -> None:
        self._api, self._user, self._invitation = api, user, invitation

    async def checks(self, channels: Sequence[DigestChannel]) -> AsyncIterator[Check]:
        """Yield one check for each channel."""
        by_server = defaultdict[str, list[DigestChannel]](list)
        for each in channels:
            by_server[each.channel.partition(":")[2].partition("/")[0]].append(each)
        for server, listed in by_server.items():
            async for check in self._in_server(server, listed):
                yield check

    async def _in_server(self, server: str, channels: Sequence[DigestChannel]) -> AsyncIterator[Check]:
        try:
            guild = await self._api.read(f"/guilds/{server}")
            member = await self._api.read(f"/guilds/{server}/members/{self._user}")
            places = {each["id"]: each for each in await self._api.read(f"/guilds/{server}/channels")}
        except PublishError as error:
            for each in channels:
                yield _unanswered(each, error, msg("Invite it with {link}", link=self._invitation))
            return
        for each in channels:
            try:
                place = await self._place(each, places)
                parent = place if place["type"] not in THREADS else await self._parent(place, places)
            except PublishError as error:
                yield _unanswered(each, error, _ELSEWHERE)
                continue
            yield _check(each, guild, member, place, parent)

    async def _place(self, channel: DigestChannel, places: Mapping[str, Json]) -> Json:
        id = channel.channel.rpartition("/")[2]
        place: Json = places.get(id) or await self._api.read(f"/channels/{id}")
        return place

    async def _parent(self, thread: Json, places: Mapping[str, Json]) -> Json:
        parent: Json = places.get(thread["parent_id"]) or await self._api.read(f"/channels/{thread['parent_id']}")
        return parent


def _check(channel: DigestChannel, guild: Json, member: Json, place: Json, parent: Json) -> Check:
    name = f"channel {channel.name}"
    rights = effective_permissions(guild, member, parent)
    if problem := _problem(guild, member, place, rights):
        return Check(name, "fault", msg("{name}: {problem}", name=channel.name, problem=problem[0]), problem[1])
    if not rights.read_message_history:
        message = msg(
            "{name}: The bot may not read the history of #{channel}, so after a crash it cannot look whether a message "
            "arrived.",
            name=channel.name,
            channel=place["name"],
        )
        return Check(name, "warning", message, _grant("read_message_history", place))
    where = msg("#{channel} in {server}", channel=place["name"], server=guild["name"])
    return Check(name, "ok", msg("{name}: the bot can post in {channel}", name=channel.name, channel=where))


def _problem(guild: Json, member: Json, place: Json, rights: Permissions) -> tuple[Message, Message] | None:
    """Return what keeps the bot from posting, and the one thing to do."""
    if place.get("guild_id", guild["id"]) != guild["id"]:
        return msg("The channel is in another server than the settings say."), _ELSEWHERE
    if place["type"] not in _TAKES_MESSAGES:
        return _NO_MESSAGES, _ELSEWHERE
    for permission in _needed(place):
        if not getattr(rights, permission):
            message = msg(
                "The bot lacks the permission “{permission}” in #{channel}.",
                permission=PERMISSION_NAMES[permission],
                channel=place["name"],
            )
            return message, _grant(permission, place)
    if (place.get("thread_metadata") or {}).get("locked") and not rights.manage_threads:
        return msg("The thread is locked."), msg("Unlock it or choose another channel.")
    if _is_timed_out(member):
        return msg("The bot is timed out in this server."), msg("End the time-out in the server's list of members.")
    return None


def _needed(place: Json) -> Iterator[str]:
    yield "view_channel"
    yield "send_messages_in_threads" if place["type"] in THREADS else "send_messages"
    yield "embed_links"


def _is_timed_out(member: Json) -> bool:
    until = member.get("communication_disabled_until")
    return until is not None and datetime.fromisoformat(until) > datetime.now(UTC)


def _grant(permission: str, place: Json) -> Message:
    return msg(
        "Allow the bot “{permission}” in the permissions of #{channel}.",
        permission=PERMISSION_NAMES[permission],
        channel=place["name"],
    )


def _unanswered(channel: DigestChannel, error: PublishError, remedy: Message) -> Check:
    message = msg("{name}: {problem}", name=channel.name, problem=error.message)
    if isinstance(error, ChannelClosedError):
        return Check(f"channel {channel.name}", "fault", message, remedy)
    return Check(f"channel {channel.name}", "warning", message, msg("Run dayori doctor again later."))
