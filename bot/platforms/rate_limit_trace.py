"""Counts the answers of a platform that ask for fewer requests, also those after which a library repeats a request."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, TraceConfig, TraceRequestEndParams, TraceRequestExceptionParams

from bot.domain.errors import RetryLaterError
from bot.services.metrics import Metrics

_TOO_MANY = 429


def rate_limit_trace(metrics: Metrics, platform: str) -> TraceConfig:
    """Return what aiohttp needs to count them for all requests of a session."""

    async def end(_: ClientSession, __: Any, answered: TraceRequestEndParams) -> None:
        if answered.response.status == _TOO_MANY:
            metrics.count("rate_limited", platform)

    async def fail(_: ClientSession, __: Any, failed: TraceRequestExceptionParams) -> None:
        if isinstance(failed.exception, RetryLaterError):  # a middleware of ours has read the answer
            metrics.count("rate_limited", platform)

    trace = TraceConfig()
    trace.on_request_end.append(end)
    trace.on_request_exception.append(fail)
    return trace
