"""The faults that only Slack has; seconds are the bot's, which may be shorter."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from trials import causes, outbox
from trials.causes import Cause
from trials.slack import SlackStage
from trials.storm import Storm, ended

_LONG_LAG, _LOOKS, _DAY = 60.0, 60.0, 86400.0  # seconds
_HISTORY = "conversations.history"
_PAGES = (400, 403, 404, 408, 413, 429, 500, 502, 503, 504)
_UNKNOWN = ("internal_error", "fatal_error", "service_unavailable", "request_timeout")


async def killed_again(storm: Storm) -> None:
    """Kill a poster at a request, and those after it while they look for what may have arrived."""
    await storm.kill_at_a_request()
    for _ in range(storm.dice.randint(1, 3)):
        looked = len(_stage(storm).server.sent(_HISTORY))
        longer = storm.dice.uniform(0, _LOOKS) / _stage(storm).factor
        await storm.kill(storm.poster(), lambda n=looked: len(_stage(storm).server.sent(_HISTORY)) > n, longer)  # type: ignore[misc]


async def far_behind(storm: Storm) -> None:
    """Kill a poster at a request, where the history lags by a minute."""
    server = _stage(storm).server
    server.dice, server.lag = None, _LONG_LAG / _stage(storm).factor
    await storm.kill_at_a_request()


async def unreadable_history(how: Mapping[str, Any], storm: Storm) -> None:
    """Kill a poster at a request, and let looks into the history fail."""
    await storm.kill_at_a_request()
    fault = _stage(storm).fault(_HISTORY, nth=storm.dice.randint(1, 8), times=storm.dice.randint(1, 6), **how)
    await storm.start_again()
    storm.outcome["faults that hit"] += fault.hits


async def closed(how: Mapping[str, Any], storm: Storm) -> None:
    """Kill a poster at a request, close some channels to the bot, start it twice, and open them again."""
    await storm.kill_at_a_request()
    storm.stage.talk(storm.dice.randint(0, 300))
    channels = _stage(storm).channels
    for channel in storm.dice.sample(channels, 3):
        for name, value in how.items():
            setattr(channel, name, value)
    for _ in range(2):
        await storm.start_again()
    for channel in channels:
        channel.is_member, channel.trouble = True, None
    storm.ahead += _DAY  # a paused channel is retried once a day


async def logged_out(storm: Storm) -> None:
    """Let Slack fail at the log-in, or refuse the token for a while."""
    how = storm.dice.choice(({"status": 503}, {"drop": True}, {"error": "invalid_auth"}, {"malformed": True}))
    fault = _stage(storm).fault("auth.test", times=storm.dice.randint(1, 3), **how)
    await ended(storm.poster())
    storm.outcome["faults that hit"] += fault.hits


async def socket_gone(storm: Storm) -> None:
    """Run the whole bot, cut its sockets, and stop it with SIGTERM."""
    process, server = storm.stage.bot(storm.store), _stage(storm).server
    with suppress(TimeoutError):
        await server.connected(timeout=60)
        await asyncio.sleep(storm.dice.uniform(0, 0.4))
        await server.sockets.stop()
        async with asyncio.timeout(30):
            while not outbox.is_delivered(storm.store):  # noqa: ASYNC110 a file does not signal its changes
                await asyncio.sleep(0.05)
    storm.signal(process, signal.SIGTERM)
    await ended(process)
    storm.outcome["not ended with 0"] += process.exitcode != 0


def _stage(storm: Storm) -> SlackStage:
    assert isinstance(storm.stage, SlackStage)
    return storm.stage


_FAULTS: dict[str, Mapping[str, Any]] = {
    "dropped before it is applied": {"drop": True},
    "dropped after it is applied": {"drop": True, "applied": True},
    "dropped, applied 8 s later": {"drop": True, "late": 8.0},
    "503, applied 8 s later": {"status": 503, "late": 8.0},
    "internal_error, applied 8 s later": {"error": "internal_error", "late": 8.0},
    "429, Retry-After 30": {"retry_after": 30.0},
    "429, Retry-After 120": {"retry_after": 120.0},
    "429 as a page, Retry-After 30": {"status": 429, "retry_after": 30.0},
    "ratelimited in a 200": {"error": "ratelimited"},
    "a page with 200": {"malformed": True},
    "a page with 200, yet applied": {"malformed": True, "applied": True},
    **{f"a page with {status}": {"status": status} for status in _PAGES},
    **{f"a page with {status}, yet applied": {"status": status, "applied": True} for status in (408, 502, 504)},
    **{error: {"error": error} for error in _UNKNOWN},
    **{f"{error}, yet applied": {"error": error, "applied": True} for error in _UNKNOWN},
    "an error nobody knows": {"error": "something_new"},
    "blocks refused": {"error": "invalid_blocks"},
}
_REFUSALS = ({"status": 403}, {"status": 429}, {"status": 503}, {"error": "internal_error"}, {"error": "invalid_auth"})
_UNREADABLE: dict[str, Mapping[str, Any]] = {
    "killed, history answers 429": {"retry_after": 20.0},
    "killed, history answers 503": {"status": 503},
    "killed, history drops": {"drop": True},
}
KILLS: dict[str, Cause] = {
    **causes.KILLS,
    "killed again while it looks": killed_again,
    "killed, history a minute behind": far_behind,
    **{name: partial(unreadable_history, how) for name, how in _UNREADABLE.items()},
}
TROUBLES: dict[str, Cause] = {
    **{name: partial(causes.answered_badly, how) for name, how in _FAULTS.items()},
    "refused for long": partial(causes.refused_for_long, _REFUSALS),
    "log-in fails": logged_out,
    "sockets gone": socket_gone,
    **causes.TROUBLES,
}
WORST: dict[str, Cause] = {
    **causes.WORST,
    "killed, then not in the channel": partial(closed, {"is_member": False}),
    "killed, then archived": partial(closed, {"trouble": "is_archived"}),
}
REAL_TIME: dict[str, Cause] = {
    "killed at a request": Storm.kill_at_a_request,
    "killed again while it looks": killed_again,
    "killed, history a minute behind": far_behind,
    "dropped after it is applied": TROUBLES["dropped after it is applied"],
    "503, applied 8 s later": TROUBLES["503, applied 8 s later"],
    "asleep at a request": causes.asleep_at_a_request,
    "2 processes on one store": causes.CROWDS["2 processes on one store"],
}
