"""Looks whether the bot can post in each channel of the digest, without asking for more than Slack answers at once.

Slack takes some fifty questions a minute, so of many channels it is asked which ones the bot is in; the rest follow one
by one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any

from bot.domain.errors import ChannelClosedError, PublishError, RetryLaterError
from bot.i18n import msg
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.inspection_api import read
from bot.services.check import Check
from bot.services.ports import DigestChannel

Json = Mapping[str, Any]
LATER = msg("Run dayori doctor again later.")
_INVITE = msg("Write /invite and the bot's name in the channel, or choose another one.")
_FEW = 10  # channels that are asked for one by one
_PAGE = 999  # channels, the most that Slack lists at once


async def channel_checks(api: SlackApi, channels: Sequence[DigestChannel], team: str) -> AsyncIterator[Check]:
    """Yield one check for each channel; when Slack wants a long rest, one for all that are left."""
    ids = {_id(each) for each in channels if _team(each) == team}
    listed = await _listed(api, ids) if len(ids) > _FEW else {}
    for number, each in enumerate(channels):
        try:
            yield await _channel(api, each, team, listed.get(_id(each)))
        except RetryLaterError as error:
            left = len(channels) - number
            message = msg("Slack: {problem} Channels that were not looked at: {n}", problem=error.message, n=left)
            yield Check("slack channels", "warning", message, LATER)
            return


async def _listed(api: SlackApi, wanted: Collection[str]) -> dict[str, Json]:
    """Return the channels that the bot is in, by id, until all that are wanted are found or Slack refuses."""
    found, cursor = dict[str, Json](), ""
    try:
        while not found.keys() >= set(wanted):
            kinds, page = "public_channel,private_channel", {"cursor": cursor} if cursor else {}
            answer = await read(api, "users.conversations", types=kinds, limit=str(_PAGE), **page)
            found |= {str(each["id"]): {**each, "is_member": True} for each in answer["channels"]}
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
    except PublishError:
        pass  # each channel is asked for by itself
    return found


async def _channel(api: SlackApi, channel: DigestChannel, team: str, listed: Json | None) -> Check:
    """Return the check of a channel. Raises RetryLaterError."""
    name = f"channel {channel.name}"
    if _team(channel) != team:
        message = msg("{name}: the channel is of another Slack workspace than the tokens.", name=channel.name)
        return Check(name, "fault", message, msg("Correct the channel, or use that workspace's tokens."))
    try:
        place = listed or (await read(api, "conversations.info", channel=_id(channel)))["channel"]
    except RetryLaterError:
        raise
    except PublishError as error:
        message = msg("{name}: {problem}", name=channel.name, problem=error.message)
        is_gone = isinstance(error, ChannelClosedError)
        return Check(name, "fault" if is_gone else "warning", message, _INVITE if is_gone else LATER)
    return _check(channel, place)


def _team(channel: DigestChannel) -> str:
    return channel.channel.partition(":")[2].partition("/")[0]


def _id(channel: DigestChannel) -> str:
    return channel.channel.rpartition("/")[2]


def _check(channel: DigestChannel, place: Json) -> Check:
    name, where = f"channel {channel.name}", str(place.get("name") or place.get("id"))
    if place.get("is_archived"):
        message = msg("{name}: #{channel} is archived.", name=channel.name, channel=where)
        return Check(name, "fault", message, msg("Unarchive it or choose another one."))
    if not (place.get("is_member") or place.get("is_im")):
        message = msg("{name}: the bot is not in #{channel}.", name=channel.name, channel=where)
        return Check(name, "fault", message, _INVITE)
    return Check(name, "ok", msg("{name}: the bot can post in {channel}", name=channel.name, channel=f"#{where}"))
