"""Lets the requests that discord.py makes by itself, at a login for example, wait for their turn within the limit.

Those of deliveries have had their turn. Answers to interactions do not count towards Discord's limit.
"""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, TraceConfig, TraceRequestStartParams
from discord.http import Route

from bot.platforms.discord.rate_limit import GlobalRateLimit

COUNTED = "counted"  # the context of a request that has had its turn
_UNLIMITED = ("/interactions/", "/webhooks/")


def limit_requests(trace: TraceConfig, limit: GlobalRateLimit) -> TraceConfig:
    """Let each request of a session wait for its turn, and count it until its answer."""

    async def start(_: ClientSession, context: Any, request: TraceRequestStartParams) -> None:
        if context.trace_request_ctx != COUNTED and _is_limited(str(request.url)):
            turn = limit.request(obeys_rest=False)  # discord.py waits by itself after a 429
            await turn.__aenter__()
            context.turn = turn

    async def end(_: ClientSession, context: Any, __: object) -> None:
        if turn := getattr(context, "turn", None):
            await turn.__aexit__(None, None, None)

    trace.on_request_start.append(start)
    trace.on_request_end.append(end)
    trace.on_request_exception.append(end)
    return trace


def _is_limited(url: str) -> bool:
    path = url.removeprefix(Route.BASE)
    return path != url and not path.startswith(_UNLIMITED)
