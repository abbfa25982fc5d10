"""Ready messages into Slack's channels over the Web API, and looking one up again by its marker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import structlog

from bot.domain.errors import BlockedError, ChannelClosedError, PublishError
from bot.domain.text import clip
from bot.i18n import Locale, msg
from bot.platforms.slack import command_names
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.api_errors import ContentRefusedError, GoneError, unseen
from bot.platforms.slack.mrkdwn import escape_within
from bot.platforms.slack.render import headings_of, metadata
from bot.services.ports import Fence

SPACING = 1.0  # seconds: Slack takes about one message a second and channel
# A channel's history may lag behind a post by seconds. What may have arrived is looked for at once and then until
# longer after than the longest lag that was reported, and a request that was still on its way, take together.
LOOKS = (0.0, 5.0, 5.0, 5.0)  # seconds before each look
_PAGE = "999"
_MARGIN = 60.0  # seconds; the header's clock and the messages' are not the same
_TEXT = 3000
_log = structlog.get_logger()


class SlackPublisher:
    """Posts in the name of the bot's token; needs no Socket Mode."""

    # Slack promises of no key that it refuses a second message: whatever may have arrived is looked for.
    nonce_memory = 0.0

    def __init__(self, api: SlackApi, *, spacing: float = SPACING, looks: Sequence[float] = LOOKS) -> None:
        self._api, self._spacing, self._looks = api, spacing, looks
        self._turns: dict[str, float] = {}  # when each channel takes its next message
        self._team = self._bot = ""

    async def log_in(self) -> None:
        """Learn whose bot this is. Raises TokenRefusedError and other PublishErrors."""
        known = await self._api.read("auth.test")
        self._team, self._bot = known["team_id"], known.get("bot_id", "")

    async def publish(self, channel: str, payload: Mapping[str, Any], nonce: str, fence: Fence) -> str:
        """Post a message and return its id, its time as Slack counts it. The nonce is of no use here."""
        place = await self._place(channel)
        try:
            return await self._post(place, payload, fence)
        except ContentRefusedError as error:
            _log.error(
                "a message broke a limit of Slack's, its papers go out as links",
                channel=channel,
                fault=str(error),
                body=json.dumps(payload, ensure_ascii=False),
            )
        try:
            return await self._post(place, _as_links(payload), fence)
        except ContentRefusedError as error:
            raise BlockedError(error.message) from error

    async def edit(self, channel: str, message_id: str, payload: Mapping[str, Any], fence: Fence) -> None:
        """Put another text and other blocks into a message of ours; one that is gone stays gone."""
        content = {name: payload[name] for name in ("text", "blocks", "metadata")}
        with suppress(GoneError):
            await self._api.write("chat.update", {**content, "channel": _id(channel), "ts": message_id}, fence)

    async def notify_curators(self, closed: str, places: Sequence[str], text: str, nonce: str, fence: Fence) -> None:
        """Say something in another channel that receives the digest; Slack knows of no place of the curators."""
        for place in places[:1]:
            if place != closed:
                content = {"text": escape_within(text, _TEXT), "unfurl_links": False, "unfurl_media": False}
                await self._post(await self._place(place), content, fence)

    def command_name(self, command: str, locale: Locale) -> str:
        """Return what Slack's readers are told of one of our commands."""
        return command_names.command_name(command, locale)

    async def anchor(self, channel: str) -> str:
        """Return a time of Slack's that is older than what leaves from now on; asks Slack at most now and then."""
        if self._api.lately is None:
            await self.log_in()
        if (lately := self._api.lately) is not None:
            return f"{lately - _MARGIN:.6f}"
        page = await self._api.read("conversations.history", channel=_id(channel), limit="1")  # a proxy took the header
        return str(page["messages"][0]["ts"]) if page["messages"] else "0"

    async def find(self, channel: str, marker: str, anchor: str) -> str | None:
        """Return the id of our message with that marker, among those since that time; None when it is not there."""
        place = await self._place(channel)
        for pause in self._looks:
            await asyncio.sleep(pause)
            if found := await self._look(place, marker, anchor):
                return found
        return None

    async def _look(self, place: str, marker: str, anchor: str) -> str | None:
        cursor = {"cursor": ""}
        while True:
            try:
                page = await self._api.read(
                    "conversations.history",
                    channel=place,
                    oldest=anchor,
                    inclusive="true",
                    include_all_metadata="true",
                    limit=_PAGE,
                    **cursor,
                )
            except PublishError as error:
                raise unseen(error) from error
            if found := next((each for each in page["messages"] if self._is_marked(each, marker)), None):
                return str(found["ts"])
            cursor = {"cursor": (page.get("response_metadata") or {}).get("next_cursor") or ""}
            if not cursor["cursor"]:
                return None

    def _is_marked(self, message: Mapping[str, Any], marker: str) -> bool:
        """Tell whether that message is ours and carries that marker, in its metadata or its first block."""
        if self._bot and message.get("bot_id") != self._bot:
            return False
        known = {key: message.get("metadata", {}).get(key) for key in ("event_type", "event_payload")}
        return known == metadata(marker) or any(
            block.get("block_id") == f"message:{marker}" for block in message.get("blocks") or ()
        )

    async def _place(self, channel: str) -> str:
        """Return a channel's id. Raises ChannelClosedError where it is another team's."""
        if not self._team:
            await self.log_in()
        team = channel.partition(":")[2].partition("/")[0]
        if team != self._team:
            raise ChannelClosedError(
                msg("The bot belongs to the Slack team {own} and not to {team}.", own=self._team, team=team)
            )
        return _id(channel)

    async def _post(self, place: str, content: Mapping[str, Any], fence: Fence) -> str:
        """Post when the channel's turn has come, which this message takes."""
        now = monotonic()
        turn = max(now, self._turns.get(place, 0.0))
        self._turns[place] = turn + self._spacing
        await asyncio.sleep(turn - now)
        posted = await self._api.write("chat.postMessage", {**content, "channel": place}, fence)
        return str(posted["ts"])


def _as_links(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message that was refused with its papers as plain links."""
    head = payload["text"].split("\n")[0]
    lines = [clip(head, 500)]
    for line in headings_of({"blocks": payload["blocks"]}):
        if sum(map(len, lines)) + len(line) + len(lines) <= _TEXT:
            lines.append(line)
    return {**{name: value for name, value in payload.items() if name != "blocks"}, "text": "\n".join(lines)}


def _id(channel: str) -> str:
    return channel.rpartition("/")[2]
