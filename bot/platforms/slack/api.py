"""Requests to Slack's Web API: one call is one attempt, whose answer is read as what it means for a delivery.

Slack's own client repeats a post after a lost connection, which the reader would see twice.
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
from bot.sources.proxy import proxy_for

_PATIENCE = ClientTimeout(total=10)  # for one attempt
_RECENT = 60.0  # seconds
_PING = 10.0  # seconds


class SlackApi:
    """Asks Slack in the name of one token, which stands in the variable of that name."""

    def __init__(self, session: ClientSession, url: str, token: str, variable: str) -> None:
        self._session, self._url, self._token, self._variable = session, url.rstrip("/"), token, variable
        proxy = proxy_for(url)
        self._proxy = proxy.url if proxy else None
        self._heard: tuple[float, float] | None = None  # Slack's time, and when it was told

    @property
    def lately(self) -> float | None:
        """Return a time of Slack's that is past and not long ago; None where none was heard."""
        return self._heard[0] if self._heard and monotonic() - self._heard[1] < _RECENT else None

    async def read(self, method: str, **arguments: str) -> dict[str, Any]:
        """Return what Slack answers to a method that changes nothing. Raises PublishError."""
        return await self._ask(method, FormData(arguments))

    async def write(self, method: str, content: Mapping[str, Any], fence: Fence) -> dict[str, Any]:
        """Make one request that the fence lets leave; raises also what the fence does."""
        body = FencedBody(content, fence)
        try:
            return await self._ask(method, body)
        except UnknownOutcomeError as error:
            raise body.refusal or error from error

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[ClientWebSocketResponse]:
        """Lend a new connection in Socket Mode. Raises PublishError, ClientError, OSError."""
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
                answer = _answer(response.status, await response.read())
                self._hear(response)
        except (ClientError, OSError, TimeoutError) as error:
            raise UnknownOutcomeError(
                msg("Slack could not be reached: {reason}.", reason=type(error).__name__)
            ) from error
        if answer is None:
            raise status_error(response.status, response.headers.get("Retry-After"))
        if not answer["ok"]:
            raise error_of(answer, self._variable)
        return answer

    def _hear(self, response: ClientResponse) -> None:
        with suppress(ValueError, TypeError):
            self._heard = parsedate_to_datetime(response.headers.get("Date", "")).timestamp(), monotonic()


def _answer(status: int, content: bytes) -> dict[str, Any] | None:
    """Return a method's result; None for what is no answer of Slack's methods."""
    try:
        answer = json.loads(content)
    except ValueError:
        return None
    return answer if status == 200 and isinstance(answer, dict) and "ok" in answer else None
