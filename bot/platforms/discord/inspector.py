"""Looks at Discord's side for `dayori doctor`: the token, the application, the sessions left, and every channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.errors import PublishError
from bot.i18n import msg
from bot.platforms.discord.channel_inspection import ChannelInspection
from bot.platforms.discord.inspection_api import InspectionApi, TokenRefusedError
from bot.services.check import Check
from bot.services.ports import DigestChannel, NoteTime

_FEW = 0.1  # of the sessions that may be started in a day
_PERMISSIONS = 274_877_991_936  # view, send, embed links, history, send in threads
_PARTS = 3  # of a bot's token, with dots between them


class DiscordInspector:
    """Discord, for one application's token; it connects to no gateway."""

    name = "discord"

    def __init__(self, api_url: str, token: str) -> None:
        self._api_url, self._token = api_url, token

    def offline_checks(self) -> Iterator[Check]:
        """Yield a warning for a token of another form than Discord's."""
        if self._token.count(".") != _PARTS - 1:
            message = msg("DISCORD_TOKEN does not look like a bot's token: three parts with dots between them.")
            yield Check("token", "warning", message, _COPY_TOKEN)

    async def online_checks(self, channels: Sequence[DigestChannel], note_time: NoteTime) -> AsyncIterator[Check]:
        """Yield what Discord answers; after a refused token nothing more is asked."""
        async with InspectionApi(self._api_url, self._token, note_time) as api:
            try:
                user = await api.read("/users/@me")
            except TokenRefusedError:
                yield Check("discord", "fault", msg("Discord does not accept DISCORD_TOKEN."), _COPY_TOKEN)
                return
            except PublishError as error:
                yield Check("discord", "fault", error.message, api.remedy)
                return
            yield Check("discord", "ok", msg("Discord knows the bot as {name}", name=user["username"]))
            application = await _answer(api, "/applications/@me")
            for check in (*_application(application), *_sessions(await _answer(api, "/gateway/bot"))):
                yield check
            inspection = ChannelInspection(api, str(user["id"]), _invitation(application.get("id") or user["id"]))
            async for check in inspection.checks(channels):
                yield check


async def _answer(api: InspectionApi, path: str) -> dict[str, Any]:
    """Return an answer; an empty one where a proxy in between does not have it."""
    try:
        answer = await api.read(path)
    except PublishError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _application(application: dict[str, Any]) -> Iterator[Check]:
    if application.get("interactions_endpoint_url"):
        message = msg("Discord sends commands and buttons to an address instead of to the bot.")
        remedy = msg("Clear “Interactions Endpoint URL” on the application's General Information page.")
        yield Check("discord commands", "fault", message, remedy)
    if application.get("bot_require_code_grant"):
        message = msg("The bot cannot be invited by a link, since “Requires OAuth2 Code Grant” is on.")
        remedy = msg("Switch it off on the application's Bot page.")
        yield Check("discord invitation", "warning", message, remedy)
    if application:
        yield Check("discord intents", "ok", msg("Discord: the bot needs no privileged intent"))


def _sessions(gateway: dict[str, Any]) -> Iterator[Check]:
    limit = gateway.get("session_start_limit") or {}
    total, remaining = int(limit.get("total") or 0), int(limit.get("remaining") or 0)
    if not total:
        return
    again = datetime.now(UTC) + timedelta(milliseconds=int(limit.get("reset_after") or 0))
    message = msg("Discord: {n} of {total} session starts are left", n=remaining, total=total)
    if remaining >= total * _FEW:
        yield Check("discord sessions", "ok", message)
        return
    time = f"{again:%Y-%m-%d %H:%M} UTC"
    remedy = msg("Find out from the log why the bot starts so often; there are new ones at {time}.", time=time)
    yield Check("discord sessions", "warning" if remaining else "fault", message, remedy)


def _invitation(application_id: Any) -> str:
    return (
        f"https://discord.com/oauth2/authorize?client_id={application_id}"
        f"&scope=bot+applications.commands&permissions={_PERMISSIONS}"
    )


_COPY_TOKEN = msg("Copy the token again from the application's Bot page into .env.")
