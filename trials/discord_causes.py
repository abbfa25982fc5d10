"""The faults that only Discord has."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from tests.doubles.discord import Permission
from trials import causes, outbox
from trials.causes import Cause
from trials.discord import DiscordStage
from trials.storm import Storm, ended

_NONCE = 62.0  # seconds; by then the bot no longer relies on a nonce
_DAY = 86400.0
_PAGES = (400, 403, 404, 408, 413, 429, 500, 502, 503, 504)


async def asleep_between_attempts(storm: Storm) -> None:
    """Suspend a poster after a message has arrived, until Discord has forgotten the nonce."""
    fault = storm.stage.fault(nth=storm.any_request(), status=502, applied=True)
    process = storm.poster()
    while process.is_alive() and not fault.hits:  # noqa: ASYNC110 a process does not signal its end
        await asyncio.sleep(0.001)
    await asyncio.sleep(storm.dice.uniform(0, 1.1))
    storm.outcome["stopped"] += process.is_alive()
    storm.signal(process, signal.SIGSTOP)
    await asyncio.sleep(_NONCE)
    await storm.forget()
    storm.stage.talk(storm.dice.randint(0, 300))
    storm.signal(process, signal.SIGCONT)
    await ended(process)


async def blind(right: Permission, storm: Storm) -> None:
    """Kill a poster, revoke a permission in some channels, start it twice, and grant the permission again."""
    await storm.kill_at_a_request()
    storm.forgets = True
    storm.stage.talk(storm.dice.randint(0, 300))
    channels = _stage(storm).channels
    for channel in storm.dice.sample(channels, 3):
        channel.deny(right)
    for _ in range(2):
        await storm.start_again()
    for channel in channels:
        channel.reset()
    storm.ahead += _DAY  # a paused channel is retried once a day


async def gateway_gone(storm: Storm) -> None:
    """Run the whole bot, cut its gateway or send it broken events, and stop it with SIGTERM."""
    process, server = storm.stage.bot(storm.store), _stage(storm).server
    with suppress(TimeoutError):
        await server.connected(timeout=60)
        await asyncio.sleep(storm.dice.uniform(0, 0.4))
        storm.dice.choice((server.gateway.drop, server.gateway.malformed))()
        async with asyncio.timeout(30):
            while not outbox.is_delivered(storm.store):  # noqa: ASYNC110 a file does not signal its changes
                await asyncio.sleep(0.05)
    storm.signal(process, signal.SIGTERM)
    await ended(process)
    storm.outcome["not ended with 0"] += process.exitcode != 0


def _stage(storm: Storm) -> DiscordStage:
    assert isinstance(storm.stage, DiscordStage)
    return storm.stage


_FAULTS: dict[str, Mapping[str, Any]] = {
    "dropped before it is applied": {"drop": True},
    "dropped after it is applied": {"drop": True, "applied": True},
    "429 for the channel": {"rate_limit": "user"},
    "429 for everything": {"rate_limit": "global"},
    **{f"a page with {status}": {"status": status} for status in _PAGES},
    **{f"a page with {status}, yet applied": {"status": status, "applied": True} for status in (408, 502, 504)},
    "403 of code 0": {"status": 403, "code": 0},
    "404 of code 0": {"status": 404, "code": 0},
}
_REFUSALS = ({"status": 403}, {"status": 404}, {"status": 403, "code": 0}, {"status": 429})
TROUBLES: dict[str, Cause] = {
    **{name: partial(causes.answered_badly, how) for name, how in _FAULTS.items()},
    "refused for long": partial(causes.refused_for_long, _REFUSALS),
    "gateway gone": gateway_gone,
    **causes.TROUBLES,
}
WORST: dict[str, Cause] = {
    **causes.WORST,
    "killed, then may not read": partial(blind, Permission.READ_MESSAGE_HISTORY),
    "killed, then may not see": partial(blind, Permission.VIEW_CHANNEL),
}
LONG: dict[str, Cause] = {"asleep between two attempts": asleep_between_attempts}
