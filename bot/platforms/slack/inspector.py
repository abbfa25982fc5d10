"""Looks at Slack's side for `dayori doctor`: both tokens, the app's scopes, and every channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from importlib.util import find_spec

from aiohttp import ClientSession

from bot.domain.errors import PublishError, RetryLaterError, UnknownOutcomeError
from bot.i18n import Message, msg
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.api_errors import TokenRefusedError
from bot.platforms.slack.channel_inspection import LATER, channel_checks
from bot.platforms.slack.inspection_api import read
from bot.platforms.slack.manifest import LINK_SCOPES, SCOPES
from bot.platforms.slack.tokens import APP_TOKEN, BOT_TOKEN, NO_BOLT, token_problem
from bot.services.check import Check
from bot.services.ports import DigestChannel, NoteTime
from bot.sources.connection_errors import remedy_of


class SlackInspector:
    """Slack, with the two tokens of one app; it asks for a socket's address but opens none."""

    name = "slack"

    def __init__(self, api_url: str, bot_token: str, app_token: str, *, unfurls: bool) -> None:
        self._api_url, self._unfurls = api_url, unfurls
        self._tokens = {BOT_TOKEN: bot_token, APP_TOKEN: app_token}

    def offline_checks(self) -> Iterator[Check]:
        """Yield a fault for a token that cannot be right, and for the missing extra."""
        for variable in self._tokens:
            if self._tokens[variable] and (problem := token_problem(self._tokens, variable)):
                yield Check("token", "fault", problem, msg("Exchange the two tokens in .env."))
        if find_spec("slack_bolt") is None:
            yield Check("slack extra", "fault", NO_BOLT)

    async def online_checks(self, channels: Sequence[DigestChannel], note_time: NoteTime) -> AsyncIterator[Check]:
        """Yield what Slack answers; channels are looked at only with a token that it accepts."""
        async with ClientSession() as session:
            if not token_problem(self._tokens, APP_TOKEN):
                yield await self._socket_mode(session)
            if token_problem(self._tokens, BOT_TOKEN):
                return
            api = SlackApi(session, self._api_url, self._tokens[BOT_TOKEN], BOT_TOKEN)
            try:
                identity = await read(api, "auth.test")
            except PublishError as error:
                yield _refusal("slack", error)
                return
            note_time("Slack", api.last_headers.get("Date", ""))
            team = str(identity.get("team") or identity.get("team_id"))
            yield Check("slack", "ok", msg("Slack knows the bot in {team}", team=team))
            yield self._scopes(api.last_headers.get("X-OAuth-Scopes"))
            async for check in channel_checks(api, channels, str(identity.get("team_id"))):
                yield check

    async def _socket_mode(self, session: ClientSession) -> Check:
        api = SlackApi(session, self._api_url, self._tokens[APP_TOKEN], APP_TOKEN)
        try:
            await read(api, "apps.connections.open")
        except PublishError as error:
            return _refusal("slack socket mode", error)
        return Check("slack socket mode", "ok", msg("Slack accepts {variable}", variable=APP_TOKEN))

    def _scopes(self, header: str | None) -> Check:
        wanted = [each for each in SCOPES if self._unfurls or each not in LINK_SCOPES]
        granted = {each.strip() for each in (header or "").split(",")}
        missing = [each for each in wanted if each not in granted] if header else []
        if not missing:
            return Check("slack scopes", "ok", msg("The Slack app has the scopes that it needs"))
        message = msg("The Slack app lacks these scopes: {scopes}", scopes=", ".join(missing))
        return Check("slack scopes", "fault" if "chat:write" in missing else "warning", message, _SCOPES)


def _refusal(name: str, error: PublishError) -> Check:
    if isinstance(error, UnknownOutcomeError) and error.__cause__:
        return Check(name, "fault", error.message, remedy_of(error.__cause__))
    if isinstance(error, RetryLaterError) and not isinstance(error, TokenRefusedError):
        return Check(name, "warning", error.message, LATER)
    return Check(name, "fault", error.message, _REMEDIES.get(type(error), _APP_PAGES))


_SCOPES = msg("Add them under OAuth & Permissions on the app's pages, and install the app again.")
_APP_PAGES = msg(
    "Look at slack.api_url, and at the app's pages at api.slack.com/apps: Socket Mode must be on, the app installed."
)
_REMEDIES: Mapping[type[PublishError], Message] = {
    TokenRefusedError: msg("Copy the token again from the app's pages at api.slack.com/apps into .env.")
}
