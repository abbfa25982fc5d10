"""Runs a bot for 24 simulated hours at full speed, and looks whether it holds more at the end than after some hours."""

from __future__ import annotations

import asyncio
import random
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import cycle
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from statistics import fmean
from time import perf_counter, time

import aiohttp

from bot.cli.context import progress_bar
from tests.postgres_server import server
from trials.feed_process import CONTEXT
from trials.soak_bot import Bot, Resources
from trials.soak_world import SAMPLE, World, world

# Within the warm hours SQLite's pages and the compiled statements are cached. What still fills up afterwards has fixed
# bounds: what Slack's modals showed last (500, 4 MiB), and the forms of 1,024 addresses and of 4,096 titles (1 MiB).
_HOURS, _WARM = 24, 6
_FAULT_EVERY, _MINUTES = 6, 60  # simulated minutes
_MOST = 1.05  # times as much in the last hours as in those after the warm ones
_MOMENTARY = ("files", "threads", "tasks")
_SETTLED = 120.0  # seconds in which the last deliveries arrive


async def on_soak() -> int:
    """Run the soak on a SQLite file; return the number of failures."""
    with tempfile.TemporaryDirectory() as folder:
        return await soak(f"sqlite+aiosqlite:///{folder}/dayori.db", Path(folder), _HOURS, _WARM)


async def on_soak_on_postgresql() -> int:
    """Run the soak on a PostgreSQL server of its own; return the number of failures."""
    with tempfile.TemporaryDirectory() as folder, server() as running:
        return await soak(running.url, Path(folder), _HOURS, _WARM)


async def soak(database_url: str, folder: Path, hours: int, warm: int) -> int:
    """Run a bot for some hours; print what it held, what it counted, and what is wrong."""
    began, dice = perf_counter(), random.Random(20261127)
    listen, now = _free_address(), CONTEXT.Value("d", time() - hours * 3600)
    async with world(dice) as everything:
        bot = Bot(everything.settings(database_url, folder, listen), now, folder / "log")
        try:
            samples = [sample async for sample in _hours(everything, bot, now, hours)]
            expected, counted = await _settled(everything, listen)
            quiet = await _quiet(bot, samples[warm : 2 * warm])
        finally:
            status = await bot.stop()
        violations = [*everything.discord.violations, *everything.slack.violations]
    print(f"on {database_url.partition('+')[0]}:")
    _print(samples, perf_counter() - began)
    wrong = [*_grown(samples[warm : 2 * warm], samples[-warm:], quiet), *_different(expected, counted), *violations[:5]]
    wrong += [f"ended with {status}"] if status else []
    print(f"  posts that failed: {everything.failed_posts}; given up by people: {everything.given_up}")
    print("\n".join(f"  {name:62}{counted.get(name, 0):8,.0f}" for name in expected))
    print("\n".join(f"wrong: {each}" for each in wrong))
    print(f"wrong in all: {len(wrong)}\n", flush=True)
    return len(wrong)


async def _hours(everything: World, bot: Bot, now: Synchronized[float], hours: int) -> AsyncIterator[Resources]:
    """Let the hours pass; yield what the bot holds after each."""
    await everything.ready()
    faults = cycle(everything.faults())
    with progress_bar("simulated hours") as progress:
        for minute in range(hours * 60):
            now.value += 60
            await bot.tick()
            await asyncio.gather(everything.on_discord.act(), everything.on_slack.act())
            if minute % _FAULT_EVERY == 0:
                await next(faults)()
            if minute % 60 == 59:
                everything.feeds.hour += 1
                print(f"hour {minute // 60 + 1}", file=sys.stderr, flush=True)
                yield await bot.resources()
                progress(minute // 60 + 1, hours)


async def _settled(everything: World, listen: str) -> tuple[dict[str, float], dict[str, float]]:
    """Return what the logs and the bot count, once they agree or after some time."""
    counted = dict[str, float]()
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLED):
            while not counted or _different(everything.expected(), counted):
                await asyncio.sleep(1)
                counted = await _counted(listen)
    return everything.expected(), counted


async def _counted(listen: str) -> dict[str, float]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{listen}/metrics") as page:
        return {f"{name} {labels}": float(n) for name, labels, n in SAMPLE.findall(await page.text())}


def _different(expected: dict[str, float], counted: dict[str, float]) -> list[str]:
    return [
        f"{name}: {counted.get(name, 0):.0f} counted, {n:.0f} in the log"
        for name, n in expected.items()
        if counted.get(name, 0) != n
    ]


async def _quiet(bot: Bot, warm: Sequence[Resources]) -> Resources:
    """Return what the bot holds when nothing is under way any more, or after some time."""
    now = await bot.resources()
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLED):
            while any(getattr(now, name) > min(getattr(each, name) for each in warm) for name in _MOMENTARY):
                await asyncio.sleep(1)
                now = await bot.resources()
    return now


def _grown(warm: Sequence[Resources], last: Sequence[Resources], quiet: Resources) -> list[str]:
    """Return what grew: means of some hours, or for what is held for a moment, the least of them and the quiet end."""
    grown = []
    for name in Resources._fields:
        then = fmean(getattr(each, name) for each in last)
        before = fmean(getattr(each, name) for each in warm)
        if name in _MOMENTARY:
            before, then = min(getattr(each, name) for each in warm), getattr(quiet, name)
        if then > before * _MOST:
            grown.append(f"{name}: {before:.0f}, then {then:.0f}")
    return grown


def _print(samples: Sequence[Resources], seconds: float) -> None:
    print(f"{len(samples)} simulated hours in {seconds:.0f} s")
    print(f"  hour{''.join(f'{name:>10}' for name in Resources._fields)}")
    for hour, each in enumerate(samples, 1):
        print(f"  {hour:4}{''.join(f'{value:10,.0f}' for value in each)}")


def _free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"
