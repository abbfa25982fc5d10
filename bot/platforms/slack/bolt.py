"""Bolt's app for one workspace: it takes what came over Socket Mode to its listener."""

from __future__ import annotations

import json
import logging
from typing import Any

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.api import proxy_url


def web_client(session: ClientSession, api_url: str, token: str) -> AsyncWebClient:
    """Return Slack's client for everything but digests, which go out behind a fence (see `api`)."""
    # Its default would repeat a request after a lost connection, which posts twice what had arrived.
    retries = [AsyncRateLimitErrorRetryHandler(max_retry_count=1)]
    web = AsyncWebClient(token, base_url=api_url, session=session, retry_handlers=list(retries))
    web.proxy = proxy_url(api_url)  # by itself it would ignore NO_PROXY
    return web


def bolt_app(web: AsyncWebClient, identity: AuthorizeResult) -> AsyncApp:
    """Return an app that needs no request to Slack before it serves anything."""

    async def authorize() -> AuthorizeResult:
        return identity

    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)  # it warns that `authorize` goes before the client's token, which is meant
    # Without a name Bolt would read the source of every caller to find one: 16 ms of a start.
    return AsyncApp(name="dayori", logger=logger, client=web, authorize=authorize, request_verification_enabled=False)


async def dispatch(app: AsyncApp, payload: dict[str, Any]) -> dict[str, Any] | None:
    """Take a payload to its listener; return what its acknowledgement says."""
    response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
    if response.status != 200 or not response.body:
        return None
    content = json.loads(response.body) if response.body.startswith("{") else {"text": response.body}
    return dict(content)
