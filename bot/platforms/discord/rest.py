"""Requests to Discord's REST side by way of discord.py, and what its answers mean for a delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from aiohttp import ClientError, ClientMiddlewareType, ClientTimeout
from discord.http import HTTPClient, Route

from bot.domain.errors import PublishError, RetryLaterError, UnknownOutcomeError
from bot.i18n import msg
from bot.platforms.discord import api_errors
from bot.platforms.discord.rate_limit import GlobalRateLimit
from bot.platforms.discord.single_request import Body, send_once
from bot.services.ports import Fence

_PATIENCE = ClientTimeout(total=10)  # for one attempt
_UNKNOWN_MESSAGE = 10008


class ContentRefusedError(Exception):
    """Discord refuses the message for what is in it."""


class AlreadyDeletedError(Exception):
    """The message of this nonce arrived before, and somebody deleted it since."""


class RestClient:
    """Keeps within each channel's rate limit and the one over everything; raises what ports.py names."""

    def __init__(self, http: HTTPClient) -> None:
        self._http, self._pace = http, GlobalRateLimit()

    async def read(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        middlewares: Sequence[ClientMiddlewareType] = (),
        **ids: str,
    ) -> Any:
        """Return what Discord has; discord.py may ask several times."""
        try:
            return await self._request(Route("GET", path, **ids), params=params, middlewares=middlewares)
        except (ContentRefusedError, AlreadyDeletedError) as error:
            raise PublishError(msg("Discord's answer could not be read.")) from error

    async def write(self, method: str, path: str, content: Mapping[str, Any], fence: Fence, **ids: str) -> Any:
        """Make one request that the fence lets leave; raises also what the fence does."""
        body = Body(content, fence)
        try:
            route = Route(method, path, **ids)
            return await self._request(route, data=body, middlewares=(send_once,), allow_redirects=False)
        except PublishError as error:
            raise body.refusal or error from error

    async def _request(self, route: Route, **arguments: Any) -> Any:
        await self._pace.wait()
        try:
            answer = await self._http.request(route, timeout=_PATIENCE, **arguments)
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
        """Count a refusal against what Discord bears, and return what it means."""
        self._pace.count_refusal(status)
        if isinstance(meaning, RetryLaterError) and meaning.is_global:
            self._pace.rest(meaning.seconds)
        return meaning
