"""A 429 that a REST proxy before Discord made itself, as nirn-proxy does when another of its nodes does not answer.

It has no `Via` header, which discord.py takes for a ban by Cloudflare, and says nothing of what became of the request.
"""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, TraceConfig, TraceRequestEndParams

_TOO_MANY, _MARK = 429, "generated-by-proxy"


def is_made_by_proxy(response: Any) -> bool:
    """Return whether a proxy made this 429 itself; it may or may not have passed the request on before."""
    return bool(response.status == _TOO_MANY and _MARK in response.headers)


def wait_for_proxy(trace: TraceConfig) -> TraceConfig:
    """Let discord.py wait for as long as a proxy says, and then repeat its request."""

    async def end(_: ClientSession, __: Any, answered: TraceRequestEndParams) -> None:
        response = answered.response
        if is_made_by_proxy(response):  # aiohttp keeps `headers` in this cache once they were read
            headers = response.headers.copy()
            headers["Via"] = _MARK
            response._cache["headers"] = type(response.headers)(headers)

    trace.on_request_end.append(end)
    return trace
