"""The faults of a trial, one function each; afterwards the bot is started until everything should have arrived."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.doubles.discord import DiscordServer, Permission
from trials import stage, victim
from trials.storm import MESSAGES, POSTS, RUN, Storm, Trial, ended

_LOCK = 10.6  # seconds; a writer gives up after ten
_NONCE = 62.0  # seconds; by then the bot no longer relies on a nonce
_HOUR, _DAY = 3600.0, 86400.0
_PAGES = (400, 403, 404, 408, 413, 429, 500, 502, 503, 504)

FAULTS: dict[str, dict[str, Any]] = {
    "dropped before it is applied": {"drop": True},
    "dropped after it is applied": {"drop": True, "applied": True},
    "429 for the channel": {"rate_limit": "user"},
    "429 for everything": {"rate_limit": "global"},
    **{f"a page with {status}": {"status": status} for status in _PAGES},
    **{f"a page with {status}, yet applied": {"status": status, "applied": True} for status in (408, 502, 504)},
    "403 of code 0": {"status": 403, "code": 0},
    "404 of code 0": {"status": 404, "code": 0},
}


async def killed(storm: Storm) -> None:
    """Kill a poster at any moment."""
    await storm.kill(storm.poster(), lambda: True, storm.dice.uniform(0, RUN))


async def killed_writing(storm: Storm) -> None:
    """Kill a poster as soon as an edition is in the outbox."""
    await storm.kill(storm.poster(), lambda: stage.is_written(storm.store))


async def killed_claiming(storm: Storm) -> None:
    """Kill a poster as soon as it has leased an edition."""
    await storm.kill(storm.poster(), lambda: stage.is_claimed(storm.store), storm.dice.uniform(0, 0.02))


async def crowded(storm: Storm) -> None:
    """Kill a poster at a request, in channels where hundreds or thousands of messages follow."""
    storm.talk(storm.dice.choice((0, 100, 700)))
    await storm.kill_at_a_request()
    storm.talk(storm.dice.choice((150, 650, 1500, 3000)))
    storm.forgets = True


async def wrong_clock(by: float, storm: Storm) -> None:
    """Kill a poster with a wrong clock, and start others with a right one or the same."""
    storm.ahead = by
    await crowded(storm)
    storm.ahead = storm.dice.choice((0.0, by))


async def asleep(storm: Storm) -> None:
    """Suspend a poster at any moment of its run."""
    await storm.put_to_sleep(storm.poster(), lambda: True, storm.dice.uniform(0, RUN))


async def asleep_claiming(storm: Storm) -> None:
    """Suspend a poster as soon as it has leased an edition."""
    process = storm.poster()
    await storm.put_to_sleep(process, lambda: stage.is_claimed(storm.store), storm.dice.uniform(0, 0.1))


async def asleep_at_a_request(storm: Storm) -> None:
    """Suspend a poster around one of its requests."""
    slow = storm.slow_request()
    await storm.put_to_sleep(storm.poster(), lambda: slow.hits, storm.dice.uniform(0, 0.04))


async def asleep_between_attempts(storm: Storm) -> None:
    """Suspend a poster after a message has arrived, until Discord has forgotten the nonce."""
    fault = storm.server.fault("POST", POSTS, nth=storm.dice.randint(1, MESSAGES), status=502, applied=True)
    process = storm.poster()
    while process.is_alive() and not fault.hits:  # noqa: ASYNC110 a process does not signal its end
        await asyncio.sleep(0.001)
    await asyncio.sleep(storm.dice.uniform(0, 1.1))
    storm.outcome["stopped"] += process.is_alive()
    storm.signal(process, signal.SIGSTOP)
    await asyncio.sleep(_NONCE)
    await storm.forget()
    storm.talk(storm.dice.randint(0, 300))
    storm.signal(process, signal.SIGCONT)
    await ended(process)


async def blind(right: Permission, storm: Storm) -> None:
    """Kill a poster, revoke a permission in some channels, start it twice, and grant the permission again."""
    await storm.kill_at_a_request()
    storm.forgets = True
    storm.talk(storm.dice.randint(0, 300))
    for channel in storm.dice.sample(storm.channels, 3):
        channel.deny(right)
    for _ in range(2):
        await storm.start_again()
    for channel in storm.channels:
        channel.reset()
    storm.ahead += _DAY  # a paused channel is retried once a day


async def gateway_gone(storm: Storm) -> None:
    """Run the whole bot, cut its gateway or send it broken events, and stop it with SIGTERM."""
    process = victim.bot(storm.store, storm.server.api_url, storm.server.token)
    gateway = storm.server.gateway
    with suppress(TimeoutError):
        await storm.server.connected(timeout=20)
        await asyncio.sleep(storm.dice.uniform(0, 0.4))
        storm.dice.choice((gateway.drop, gateway.malformed))()
        async with asyncio.timeout(30):
            while not stage.is_delivered(storm.store):  # noqa: ASYNC110 a file does not signal its changes
                await asyncio.sleep(0.05)
    storm.signal(process, signal.SIGTERM)
    await ended(process)
    storm.outcome["not ended with 0"] += process.exitcode != 0


async def disk_full(storm: Storm) -> None:
    """Limit a poster's files to a little more than their size."""
    await ended(storm.poster(room=storm.store.stat().st_size + storm.dice.randrange(200_000)))


async def locked(storm: Storm) -> None:
    """Hold the database's lock while the poster writes, sometimes longer than a writer waits."""
    process = storm.poster()
    await asyncio.sleep(storm.dice.uniform(0.02, RUN))
    await asyncio.to_thread(_hold, storm.store, _LOCK if storm.dice.random() < 0.2 else 0.3)
    await ended(process)


async def answered_badly(how: dict[str, Any], storm: Storm) -> None:
    """Let some requests fail, and sometimes kill the poster then."""
    nth, times = storm.dice.randint(1, MESSAGES), storm.dice.randint(1, 2)
    fault = storm.server.fault("POST", POSTS, nth=nth, times=times, **how)
    process = storm.poster()
    if storm.dice.random() < 0.3:
        await storm.kill(process, lambda: fault.hits, storm.dice.uniform(0, 0.5))
    await ended(process)
    storm.outcome["faults that hit"] += fault.hits


async def refused_for_long(storm: Storm) -> None:
    """Let a proxy before Discord refuse every post, over several starts of the bot."""
    how = storm.dice.choice(({"status": 403}, {"status": 404}, {"status": 403, "code": 0}, {"status": 429}))
    fault = storm.server.fault("POST", POSTS, nth=storm.dice.randint(1, MESSAGES), times=None, **how)
    await ended(storm.poster())
    for _ in range(2):
        await storm.start_again()
    storm.outcome["faults that hit"] += fault.hits
    storm.server.faults.clear()


Cause = Callable[[Storm], Awaitable[None]]
KILLS: dict[str, Cause] = {
    "killed at any moment": killed,
    "killed as it is written": killed_writing,
    "killed as it is claimed": killed_claiming,
    "killed at a request": Storm.kill_at_a_request,
}
TROUBLES: dict[str, Cause] = {
    **{name: partial(answered_badly, how) for name, how in FAULTS.items()},
    "refused for long": refused_for_long,
    "gateway gone": gateway_gone,
    "disk full": disk_full,
    "database locked": locked,
}
WORST: dict[str, Cause] = {
    "killed in crowded channels": crowded,
    "killed, clock 5 hours ahead": partial(wrong_clock, 5 * _HOUR),
    "killed, clock 3 days ahead": partial(wrong_clock, 3 * _DAY),
    "killed, clock 5 hours behind": partial(wrong_clock, -5 * _HOUR),
    "asleep at any moment": asleep,
    "asleep as it is claimed": asleep_claiming,
    "asleep at a request": asleep_at_a_request,
    "killed, then may not read": partial(blind, Permission.READ_MESSAGE_HISTORY),
    "killed, then may not see": partial(blind, Permission.VIEW_CHANNEL),
}
LONG: dict[str, Cause] = {"asleep between two attempts": asleep_between_attempts}
CAUSES = KILLS | TROUBLES | WORST | LONG


async def run(kind: str, template: Path, dice: random.Random) -> Trial:
    """Let an edition meet one fault of that kind, and count what arrived."""
    with TemporaryDirectory() as folder:
        async with DiscordServer(channel_rate=None, global_rate=None) as server:
            storm = Storm(server, stage.channels_on(server), stage.copied(template, Path(folder)), dice)
            await CAUSES[kind](storm)
            await storm.until_delivered()
            outcome = storm.outcome + stage.counted(storm.channels)
    return Trial(kind, outcome, storm.steps)


async def crowd(size: int, template: Path, dice: random.Random) -> Trial:
    """Let several processes deliver the editions of one store at once; in every second run one is killed."""
    with TemporaryDirectory() as folder:
        async with DiscordServer(channel_rate=None, global_rate=None) as server:
            storm = Storm(server, stage.channels_on(server), stage.copied(template, Path(folder)), dice)
            storm.forgets = False
            processes = [storm.poster() for _ in range(size)]
            if dice.random() < 0.5:
                await storm.kill(processes[0], lambda: True, dice.uniform(0, RUN))
            await asyncio.gather(*map(ended, processes))
            await storm.until_delivered()
            outcome = storm.outcome + stage.counted(storm.channels)
    return Trial(f"{size} processes on one store", outcome)


def _hold(store: Path, seconds: float) -> None:
    """Block every other writer of the store for some seconds."""
    with closing(sqlite3.connect(store, timeout=20, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
