"""App Home: published when somebody opens it, and again when what it shows has changed.

A change may come from Slack, Discord or a terminal. So what is shown is compared with the store after each interaction
here, within seconds of a change of the collection, and once a minute, for the few who opened their Home recently.
"""

from __future__ import annotations

import asyncio
import hashlib
import json

import structlog
from slack_sdk.errors import SlackApiError

from bot.domain.errors import DayoriError
from bot.platforms.slack.context import Client, Json, actor_of, user_of
from bot.platforms.slack.home_view import home_view
from bot.platforms.slack.open_homes import OpenHome
from bot.platforms.slack.response import LOST
from bot.services.personal_pages import FrontPage

_PAUSE = 1.0  # seconds in which further changes are gathered, and in which answers go first
_log = structlog.get_logger()


async def open_home(client: Client, body: Json) -> None:
    """Publish the Home of the person who opened it."""
    if body["event"].get("tab") == "home":
        user = user_of(body)
        home = client.homes.open(user)
        home.shown = ""
        await _publish(client, user, home, await _front(client))


def note_use(client: Client, body: Json) -> None:
    """Keep a Home up to date whose button was pressed: it may have been opened before the bot's last start."""
    if (body.get("view") or {}).get("type") == "home":
        client.homes.open(user_of(body))


def refresh_soon(client: Client) -> None:
    """Publish shortly, and without anybody waiting for it, the Homes whose content has changed."""
    homes = client.homes
    homes.is_outdated = True
    if homes.recent() and (homes.task is None or homes.task.done()):
        homes.task = asyncio.create_task(_refresh(client))


async def _refresh(client: Client) -> None:
    homes = client.homes
    while homes.is_outdated:
        await asyncio.sleep(_PAUSE)
        homes.is_outdated = False
        try:
            front = await _front(client)
            for user, home in homes.recent().items():
                await _publish_or_forget(client, user, home, front)
        except DayoriError as error:
            _log.warning("the Homes were not updated", reason=str(error))
        except Exception as error:
            _log.error("the Homes were not updated", exc_info=error)


async def _publish_or_forget(client: Client, user: str, home: OpenHome, front: FrontPage) -> None:
    try:
        await _publish(client, user, home, front)
    except LOST as error:
        _log.info("a Home was not updated", reason=str(error))
        if isinstance(error, SlackApiError):
            client.homes.close(user)


async def _publish(client: Client, user: str, home: OpenHome, front: FrontPage) -> None:
    """Publish a Home unless it shows the same already."""
    async with home.lock:  # so that `shown` is what arrived last
        actor = await actor_of(client, {"user": {"id": user}})
        view = home_view(await client.services.personal_pages.personal(actor.workspace, front, actor.id), actor)
        content = hashlib.blake2b(json.dumps(view).encode(), digest_size=16).hexdigest()
        if content != home.shown:
            await client.web.views_publish(user_id=user, view=view)
            home.shown = content


async def _front(client: Client) -> FrontPage:
    return await client.services.personal_pages.front(client.workspace, f"slack:{client.team}")
