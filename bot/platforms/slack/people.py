"""What Slack knows of a person: name, language, timezone, and whether they manage the workspace."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.i18n import Locale, closest

_FRESH = 300.0  # seconds; who is no longer an admin is no curator five minutes later
LONGEST_WAIT = 10.0  # seconds for Slack's answer, which a rate limit may hold back for a minute
_MOST = 10_000
_SLACKBOT = "USLACKBOT"  # which by itself claims to be a person
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the workspace; `name` is empty when Slack did not tell it.

    Of a person who is not `is_known`, Slack did not tell just now whether they are an admin.
    """

    name: str
    locale: Locale
    zone: ZoneInfo
    is_admin: bool
    is_bot: bool = False
    is_known: bool = True


class People:
    """Profiles from Slack's `users.info`, remembered for five minutes."""

    def __init__(self, web: AsyncWebClient, locale: Locale, zone: ZoneInfo) -> None:
        self._web = web
        self._stranger = Person("", locale, zone, is_admin=False, is_known=False)
        self._profiles: dict[str, tuple[float, Person]] = {}
        self._requests: dict[str, asyncio.Task[Person]] = {}

    def remembered(self, user: str) -> Person:
        """Return a person as last seen, without the network; with the settings' language and timezone if unknown.

        They count as no admin, since they may be none any more.
        """
        _, person = self._profiles.get(user, (0.0, self._stranger))
        return replace(person, is_admin=False, is_known=False)

    async def get(self, user: str, patience: float = LONGEST_WAIT) -> Person:
        """Return a person; as last seen, and as no admin, when Slack does not answer within so many seconds."""
        since, person = self._profiles.get(user, (-_FRESH, self._stranger))
        if monotonic() - since < _FRESH:
            return person
        if user not in self._requests:
            self._requests[user] = asyncio.create_task(self._request(user))
            self._requests[user].add_done_callback(lambda _: self._requests.pop(user, None))
        try:
            async with asyncio.timeout(patience):
                return await asyncio.shield(self._requests[user])
        except TimeoutError:
            return self.remembered(user)

    async def _request(self, user: str) -> Person:
        try:
            answer = await self._web.users_info(user=user, include_locale=True)
            person = self._person(answer.get("user") or {})
        except (SlackClientError, ClientError, OSError, TimeoutError) as error:
            _log.warning("Slack did not tell who somebody is", reason=type(error).__name__)
            return self.remembered(user)
        while len(self._profiles) >= _MOST:
            self._profiles.pop(next(iter(self._profiles)))
        self._profiles[user] = monotonic(), person
        return person

    def _person(self, user: dict[str, Any]) -> Person:
        profile = user.get("profile") or {}
        names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
        return Person(
            name=str(next(filter(None, names), "")),
            locale=closest(str(user.get("locale") or ""), self._stranger.locale),
            zone=_zone(user.get("tz"), self._stranger.zone),
            is_admin=any(user.get(key) is True for key in ("is_admin", "is_owner", "is_primary_owner")),
            is_bot=user.get("is_bot") is True or user.get("id") == _SLACKBOT,
        )


def _zone(name: Any, default: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(str(name or ""))
    except (KeyError, ValueError, OSError):
        return default
