"""Requests to Slack's Web API: each call is a single attempt, with its response translated for deliveries.

Slack's own client repeats a post after a lost connection, which would post it twice.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, ClientWebSocketResponse, FormData

from bot.domain.errors import UnknownOutcomeError
from bot.i18n import msg
from bot.platforms.fenced_body import FencedBody
from bot.platforms.slack.api_errors import error_of, status_error
from bot.services.ports import Fence
from bot.sources.connection_errors import reason_of
from bot.sources.proxy import proxy_for

_PATIENCE = ClientTimeout(total=10)  # per attempt
_RECENT = 60.0  # seconds
_PING = 10.0  # seconds


class SlackApi:
    """Sends requests with one token; `variable` is the environment variable that holds it."""

    def __init__(self, session: ClientSession, url: str, token: str, variable: str) -> None:
        self._session, self._url, self._token, self._variable = session, url.rstrip("/"), token, variable
        self._proxy = proxy_url(url)
        self._server_time: tuple[float, float] | None = None  # Slack's time, and when it was received
        self.last_headers: Mapping[str, str] = {}

    @property
    def recent_time(self) -> float | None:
        """Return a recent time that Slack has passed; None if none was received recently."""
        return self._server_time[0] if self._server_time and monotonic() - self._server_time[1] < _RECENT else None

    async def read(self, method: str, **arguments: str) -> dict[str, Any]:
        """Return Slack's answer to a method that changes nothing. Raises PublishError."""
        return await self._ask(method, FormData(arguments))

    async def write(self, method: str, content: Mapping[str, Any], fence: Fence) -> dict[str, Any]:
        """Send one request if the fence allows it; also raises what the fence raises."""
        body = FencedBody(content, fence)
        try:
            return await self._ask(method, body)
        except UnknownOutcomeError as error:
            raise body.refusal or error from error

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[ClientWebSocketResponse]:
        """Yield a new Socket Mode connection. Raises PublishError, ClientError, OSError."""
        address = (await self.read("apps.connections.open"))["url"]
        async with self._session.ws_connect(address, heartbeat=_PING, proxy=self._proxy) as socket:
            yield socket

    async def _ask(self, method: str, body: FormData | FencedBody) -> dict[str, Any]:
        try:
            async with self._session.post(
                f"{self._url}/{method}",
                data=body,
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=_PATIENCE,
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                self.last_headers = response.headers
                answer = _answer(response.status, await response.read())
                self._learn_time(response)
        except (ClientError, OSError, TimeoutError) as error:
            raise UnknownOutcomeError(msg("Slack could not be reached: {reason}.", reason=reason_of(error))) from error
        if answer is None:
            raise status_error(response.status, response.headers.get("Retry-After"))
        if not answer["ok"]:
            raise error_of(answer, self._variable)
        return answer

    def _learn_time(self, response: ClientResponse) -> None:
        with suppress(ValueError, TypeError):
            self._server_time = parsedate_to_datetime(response.headers.get("Date", "")).timestamp(), monotonic()


def proxy_url(url: str) -> str | None:
    """Return the proxy for an address, None for a direct connection. Raises ConfigError."""
    proxy = proxy_for(url)
    return proxy.url if proxy else None


def _answer(status: int, content: bytes) -> dict[str, Any] | None:
    """Return a method's result; None if the response is not from one of Slack's methods."""
    try:
        answer = json.loads(content)
    except ValueError:
        return None
    return answer if status == 200 and isinstance(answer, dict) and "ok" in answer else None
