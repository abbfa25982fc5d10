"""Looks at every answer of a platform: counts those that ask for fewer requests, and compares its clock with ours.

It also sees answers after which a library repeats a request.
"""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, TraceConfig, TraceRequestEndParams, TraceRequestExceptionParams

from bot.domain.errors import RetryLaterError
from bot.services.metrics import Metrics
from bot.services.ports import NoteTime

_TOO_MANY = 429


def answer_trace(metrics: Metrics, platform: str, note_time: NoteTime) -> TraceConfig:
    """Return what aiohttp needs to look at the answers to all requests of a session."""

    async def end(_: ClientSession, __: Any, answered: TraceRequestEndParams) -> None:
        note_time(platform.title(), answered.response.headers.get("Date", ""))
        if answered.response.status == _TOO_MANY:
            metrics.count("rate_limited", platform)

    async def fail(_: ClientSession, __: Any, failed: TraceRequestExceptionParams) -> None:
        if isinstance(failed.exception, RetryLaterError):  # a middleware of ours has read the answer
            metrics.count("rate_limited", platform)

    trace = TraceConfig()
    trace.on_request_end.append(end)
    trace.on_request_exception.append(fail)
    return trace
