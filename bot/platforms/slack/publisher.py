"""Posts rendered messages to Slack's channels over the Web API, and finds one again by its marker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import structlog

from bot.domain.errors import (
    BlockedError,
    ChannelClosedError,
    ConfigError,
    PublishError,
    RetryLaterError,
    UnknownOutcomeError,
    UnreachableError,
)
from bot.i18n import Locale, msg
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.api_errors import ContentRefusedError, GoneError, TokenRefusedError, person_error, search_error
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.curator_notice import MOST_MANAGERS, managers, named_people
from bot.platforms.slack.fallback import as_links, last_line
from bot.platforms.slack.mrkdwn import escape_within
from bot.platforms.slack.render import metadata
from bot.services.ports import Fence

SPACING = 1.0  # seconds: Slack allows about one message per second and channel
# Seconds before each look for a message that may have arrived. Nobody says how far a channel's history lags behind a
# post; a killed process may also have sent its request just before, and Slack may carry it out late. So 75 seconds pass
# before a message is sent again, which costs only an edition after a failure, and only one that did not arrive.
LOOKS = (0.0, 5.0, 10.0, 20.0, 40.0)
_WAITED_OUT = 60.0  # seconds; a 429 of a look that asks for at most this is waited out, or the looks would start over
_ATTEMPTS = 5  # at one look
_PAGE = "999"
_MARGIN = 60.0  # seconds; the clocks of header and messages differ
_NOTICE = 3000
_log = structlog.get_logger()


class SlackPublisher:
    """Posts with the bot's token; needs no Socket Mode."""

    # Slack has no key that surely prevents a second message, so whatever may have arrived is searched for. Its
    # `client_msg_id` is for its own clients and not to be relied on (slackapi/java-slack-sdk#852).
    nonce_memory = 0.0

    def __init__(
        self,
        api: SlackApi,
        names: CommandNames,
        *,
        curators: Sequence[str] = (),
        spacing: float = SPACING,
        looks: Sequence[float] = LOOKS,
    ) -> None:
        self._curators = named_people(curators)
        self._api, self._names, self._spacing, self._looks = api, names, spacing, looks
        self._turns: dict[str, float] = {}  # when each channel may get its next message
        self.team = self.bot = self.bot_user = ""  # ids, once logged in

    async def log_in(self) -> None:
        """Request the bot's identity. Raises TokenRefusedError and other PublishErrors."""
        identity = await self._api.read("auth.test")
        self.team, self.bot, self.bot_user = (str(identity.get(key) or "") for key in ("team_id", "bot_id", "user_id"))

    async def check_token(self) -> None:
        """Request the bot's identity. Raises ConfigError when Slack refuses the token, else UnreachableError."""
        try:
            await self.log_in()
        except TokenRefusedError as error:
            raise ConfigError(error.message) from error
        except PublishError as error:
            raise UnreachableError(error.message) from error

    async def publish(self, channel: str, payload: Mapping[str, Any], nonce: str, fence: Fence) -> str:
        """Post a message and return its id, which is Slack's timestamp. The nonce has no effect here."""
        place = await self._place(channel)
        try:
            return await self._post(place, payload, fence)
        except ContentRefusedError as error:
            _log.error(
                "a message broke a limit of Slack's, its papers go out as links",
                channel=channel,
                fault=str(error),
            )
        try:
            return await self._post(place, as_links(payload), fence)
        except ContentRefusedError as error:
            raise BlockedError(error.message) from error

    async def edit(self, channel: str, message_id: str, payload: Mapping[str, Any], fence: Fence) -> None:
        """Replace the text and the blocks of a message of ours; a deleted message is left alone."""
        content = {name: payload[name] for name in ("text", "blocks", "metadata")}
        with suppress(GoneError):
            await self._api.write("chat.update", {**content, "channel": _id(channel), "ts": message_id}, fence)

    async def notify_curators(self, closed: str, places: Sequence[str], text: str, nonce: str, fence: Fence) -> None:
        """Send a text to the named curators, else to those who manage the workspace, else to one of `places`."""
        content = {"text": escape_within(text, _NOTICE), "unfurl_links": False, "unfurl_media": False}
        reached = 0
        for person in self._curators:
            reached += await self._reaches(person, content, fence)
        if reached:
            return
        with suppress(PublishError):
            async for person in managers(self._api):
                reached += await self._reaches(person, content, fence)
                if reached == MOST_MANAGERS:
                    return
        for place in [each for each in places if each != closed][: 0 if reached else 1]:
            await self._post(await self._place(place), content, fence)

    async def tell(self, person: str, payload: Mapping[str, Any], nonce: str) -> None:
        """Send a direct message. The nonce has no effect here."""
        try:
            await self._post(person.partition(":")[2], payload, _unfenced)
        except PublishError as error:
            raise person_error(error) from error

    def command_name(self, command: str, locale: Locale) -> str:
        """Return the name of one of our commands for people on Slack."""
        return self._names.name(command, locale)

    async def anchor(self, channel: str) -> str:
        """Return a timestamp of Slack's that is older than every later message; Slack is asked only once a minute."""
        if self._api.recent_time is None:
            await self.log_in()
        if (recent_time := self._api.recent_time) is not None:
            return f"{recent_time - _MARGIN:.6f}"
        # a proxy removed the header
        page = await self._api.read("conversations.history", channel=_id(channel), limit="1")
        return str(page["messages"][0]["ts"]) if page["messages"] else "0"

    async def find(self, channel: str, marker: str, anchor: str) -> str | None:
        """Return the id of our message with that marker after the anchor; None when it is not there."""
        place = await self._place(channel)
        for pause in self._looks:
            await asyncio.sleep(pause)
            if found := await self._patient_look(place, marker, anchor):
                return found
        return None

    async def _patient_look(self, place: str, marker: str, anchor: str) -> str | None:
        for _ in range(_ATTEMPTS - 1):
            try:
                return await self._look(place, marker, anchor)
            except RetryLaterError as error:
                if error.is_global or error.seconds > _WAITED_OUT:
                    raise
                await asyncio.sleep(error.seconds)
        return await self._look(place, marker, anchor)

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
                raise search_error(error) from error
            if found := next((each for each in page["messages"] if self._is_marked(each, marker)), None):
                return str(found["ts"])
            cursor = {"cursor": (page.get("response_metadata") or {}).get("next_cursor") or ""}
            if not cursor["cursor"]:
                return None

    def _is_marked(self, message: Mapping[str, Any], marker: str) -> bool:
        """Return whether a message is ours and has that marker: in its metadata, its first block or its last line."""
        if self.bot and message.get("bot_id") != self.bot:
            return False
        known = {key: message.get("metadata", {}).get(key) for key in ("event_type", "event_payload")}
        return (
            known == metadata(marker)
            or any(block.get("block_id") == f"message:{marker}" for block in message.get("blocks") or ())
            or str(message.get("text")).endswith(last_line(marker))
        )

    async def _place(self, channel: str) -> str:
        """Return a channel's id. Raises ChannelClosedError if it belongs to another team."""
        if not self.team:
            await self.log_in()
        team = channel.partition(":")[2].partition("/")[0]
        if team != self.team:
            raise ChannelClosedError(
                msg("The bot belongs to the Slack team {own} and not to {team}.", own=self.team, team=team)
            )
        return _id(channel)

    async def _reaches(self, person: str, content: Mapping[str, Any], fence: Fence) -> bool:
        """Send a direct message; return whether it may have arrived."""
        try:
            await self._post(person, content, fence)
        except UnknownOutcomeError:
            return True
        except PublishError as error:
            _log.info("a curator was not told", person=person, reason=str(error))
            return False
        return True

    async def _post(self, place: str, content: Mapping[str, Any], fence: Fence) -> str:
        """Wait for the channel's next turn, take it, and post."""
        now = monotonic()
        turn = max(now, self._turns.get(place, 0.0))
        self._turns[place] = turn + self._spacing
        await asyncio.sleep(turn - now)
        posted = await self._api.write("chat.postMessage", {**content, "channel": place}, fence)
        return str(posted["ts"])


async def _unfenced() -> None:
    """Let a direct message leave unchecked: it is sent once, by whoever decided."""


def _id(channel: str) -> str:
    return channel.rpartition("/")[2]
