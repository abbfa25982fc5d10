"""Requests to Discord's REST API through discord.py, with responses translated for deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from aiohttp import ClientError, ClientMiddlewareType, ClientTimeout
from discord.http import HTTPClient, Route

from bot.domain.errors import PublishError, RetryLaterError, UnknownOutcomeError
from bot.i18n import msg
from bot.platforms.discord import api_errors
from bot.platforms.discord.client_rate_limit import COUNTED
from bot.platforms.discord.rate_limit import GlobalRateLimit
from bot.platforms.discord.single_request import send_once
from bot.platforms.fenced_body import FencedBody
from bot.services.ports import Fence

_PATIENCE = ClientTimeout(total=10)  # per attempt
_UNKNOWN_MESSAGE = 10008


class ContentRefusedError(Exception):
    """Discord refuses a message because of its content."""


class AlreadyDeletedError(Exception):
    """The message of this nonce had arrived, and somebody deleted it since."""


class RestClient:
    """Keeps each channel's rate limit and the global one; raises the errors that `ports.Publisher` names."""

    def __init__(self, http: HTTPClient, rate_limit: GlobalRateLimit) -> None:
        self._http, self._rate_limit = http, rate_limit

    async def read(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        middlewares: Sequence[ClientMiddlewareType] = (),
        **ids: str,
    ) -> Any:
        """Return Discord's answer; discord.py may send the request several times."""
        try:
            return await self._request(Route("GET", path, **ids), params=params, middlewares=middlewares)
        except (ContentRefusedError, AlreadyDeletedError) as error:
            raise PublishError(msg("Discord's answer could not be read.")) from error

    async def write(self, method: str, path: str, content: Mapping[str, Any], fence: Fence, **ids: str) -> Any:
        """Send one request if the fence allows it; also raises what the fence raises."""
        body = FencedBody(content, fence)
        try:
            route = Route(method, path, **ids)
            return await self._request(route, data=body, middlewares=(send_once,), allow_redirects=False)
        except PublishError as error:
            raise body.refusal or error from error

    async def _request(self, route: Route, **arguments: Any) -> Any:
        async with self._rate_limit.request():
            return await self._answer(route, **arguments)

    async def _answer(self, route: Route, **arguments: Any) -> Any:
        try:
            answer = await self._http.request(route, timeout=_PATIENCE, trace_request_ctx=COUNTED, **arguments)
        except RetryLaterError as error:
            raise self._counted(429, error) from error
        except discord.HTTPException as error:
            if error.code == _UNKNOWN_MESSAGE:
                raise AlreadyDeletedError from error
            if api_errors.is_for_the_content(error):
                raise ContentRefusedError(error.text) from error
            raise self._counted(error.status, api_errors.publish_error(error)) from error
        except discord.RateLimited as error:
            raise RetryLaterError(
                msg("Discord answered {status}.", status=429), error.retry_after, is_global=False
            ) from error
        except (ClientError, OSError, TimeoutError) as error:
            raise UnknownOutcomeError(
                msg("Discord could not be reached: {reason}.", reason=type(error).__name__)
            ) from error
        except ValueError as error:
            raise UnknownOutcomeError(msg("Discord's answer could not be read.")) from error
        if isinstance(answer, str):
            raise UnknownOutcomeError(msg("Discord's answer could not be read."))
        return answer

    def _counted(self, status: int, meaning: PublishError) -> PublishError:
        """Count a refusal towards Discord's limit, and return its meaning."""
        self._rate_limit.count_refusal(status)
        if isinstance(meaning, RetryLaterError) and meaning.is_global:
            self._rate_limit.rest(meaning.seconds)
        return meaning
