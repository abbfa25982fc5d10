"""The faults that a trial may meet on any platform, one function each; then the bot is started until all arrived."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trials import outbox
from trials.stage import Platform
from trials.storm import Storm, Trial, ended

Cause = Callable[[Storm], Awaitable[None]]
_LOCK = 10.6  # seconds; a writer gives up after ten
_HOUR, _DAY = 3600.0, 86400.0


async def killed(storm: Storm) -> None:
    """Kill a poster at any moment."""
    await storm.kill(storm.poster(), lambda: True, storm.any_moment())


async def killed_writing(storm: Storm) -> None:
    """Kill a poster as soon as an edition is in the outbox."""
    await storm.kill(storm.poster(), lambda: outbox.is_written(storm.store))


async def killed_with_lease(storm: Storm) -> None:
    """Kill a poster as soon as it has leased an edition."""
    await storm.kill(storm.poster(), lambda: outbox.is_leased(storm.store), storm.dice.uniform(0, 0.02))


async def crowded(storm: Storm) -> None:
    """Kill a poster at a request, in channels where hundreds or thousands of messages follow."""
    storm.stage.talk(storm.dice.choice((0, 100, 700)))
    await storm.kill_at_a_request()
    storm.stage.talk(storm.dice.choice((150, 650, 1500, 3000)))
    storm.forgets = True


async def wrong_clock(by: float, storm: Storm) -> None:
    """Kill a poster with a wrong clock, and start others with a right one or the same."""
    storm.ahead = by
    await crowded(storm)
    storm.ahead = storm.dice.choice((0.0, by))


async def asleep(storm: Storm) -> None:
    """Suspend a poster at any moment of its run."""
    await storm.put_to_sleep(storm.poster(), lambda: True, storm.any_moment())


async def asleep_with_lease(storm: Storm) -> None:
    """Suspend a poster as soon as it has leased an edition."""
    process = storm.poster()
    await storm.put_to_sleep(process, lambda: outbox.is_leased(storm.store), storm.dice.uniform(0, 0.1))


async def asleep_at_a_request(storm: Storm) -> None:
    """Suspend a poster around one of its requests."""
    slow = storm.slow_request()
    await storm.put_to_sleep(storm.poster(), lambda: slow.hits, storm.dice.uniform(0, 0.04))


async def disk_full(storm: Storm) -> None:
    """Limit a poster's files to a little more than their size."""
    await ended(storm.poster(room=storm.store.stat().st_size + storm.dice.randrange(200_000)))


async def locked(storm: Storm) -> None:
    """Hold the database's lock while the poster writes, sometimes longer than a writer waits."""
    process = storm.poster()
    await asyncio.sleep(max(0.02, storm.any_moment()))
    await asyncio.to_thread(_hold, storm.store, _LOCK if storm.dice.random() < 0.2 else 0.3)
    await ended(process)


async def answered_badly(how: Mapping[str, Any], storm: Storm) -> None:
    """Let some requests fail, and sometimes kill the poster then."""
    fault = storm.stage.fault(nth=storm.any_request(), times=storm.dice.randint(1, 2), **how)
    process = storm.poster()
    if storm.dice.random() < 0.3:
        await storm.kill(process, lambda: fault.hits, storm.dice.uniform(0, 0.5))
    await ended(process)
    storm.outcome["faults that hit"] += fault.hits


async def refused_for_long(how: tuple[Mapping[str, Any], ...], storm: Storm) -> None:
    """Let every post be refused, over several starts of the bot."""
    fault = storm.stage.fault(nth=storm.any_request(), times=None, **storm.dice.choice(how))
    await ended(storm.poster())
    for _ in range(2):
        await storm.start_again()
    storm.outcome["faults that hit"] += fault.hits
    storm.stage.heal()


async def crowd(size: int, storm: Storm) -> None:
    """Let several processes deliver the editions of one store at once; in every second run one is killed."""
    storm.forgets = False
    processes = [storm.poster() for _ in range(size)]
    if storm.dice.random() < 0.5:
        await storm.kill(processes[0], lambda: True, storm.any_moment())
    await asyncio.gather(*map(ended, processes))


KILLS: dict[str, Cause] = {
    "killed at any moment": killed,
    "killed as it is written": killed_writing,
    "killed as it is leased": killed_with_lease,
    "killed at a request": Storm.kill_at_a_request,
}
TROUBLES: dict[str, Cause] = {"disk full": disk_full, "database locked": locked}
WORST: dict[str, Cause] = {
    "killed in crowded channels": crowded,
    "killed, clock 5 hours ahead": partial(wrong_clock, 5 * _HOUR),
    "killed, clock 3 days ahead": partial(wrong_clock, 3 * _DAY),
    "killed, clock 5 hours behind": partial(wrong_clock, -5 * _HOUR),
    "asleep at any moment": asleep,
    "asleep as it is leased": asleep_with_lease,
    "asleep at a request": asleep_at_a_request,
}
CROWDS: dict[str, Cause] = {f"{size} processes on one store": partial(crowd, size) for size in (2, 4)}


async def run(platform: Platform, kind: str, cause: Cause, template: Path, dice: random.Random) -> Trial:
    """Let an edition meet one fault of that kind, and count what arrived."""
    with TemporaryDirectory() as folder:
        async with platform.open(dice) as stage:
            storm = Storm(platform, stage, outbox.copied(template, Path(folder)), dice)
            await cause(storm)
            await storm.until_delivered()
            return storm.result(kind)


def _hold(store: Path, seconds: float) -> None:
    """Block every other writer of the store for some seconds."""
    with closing(sqlite3.connect(store, timeout=20, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
