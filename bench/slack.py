"""Slack beside Discord: start and memory, and the time from a command to its acknowledgement and to its answer.

The baseline is Bolt with one command that echoes. Acknowledgements must stay below 100 ms, also while another process
imports papers into the same store.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.commands import IMPORTED, collection, print_times
from bench.processes import OURS, ROOT, Server, resident_mib, running, settings
from tests.doubles.discord import DiscordServer
from tests.doubles.slack import Channel, Person, SlackServer

RUNS, CALLS, SIZE = 5, 400, 10_000
PEOPLE = 200  # so many that nobody exceeds the budget of a minute
BARE = ("-m", "bench.bare_slack")
Times = list[tuple[float, float]]
"""Milliseconds until the acknowledgement and until the answer."""


async def measure() -> None:
    with TemporaryDirectory() as folder:
        await _measure_starts(Path(folder))
        async with SlackServer() as server:
            people = [server.person(n, zone="Asia/Tokyo") for n in range(PEOPLE)]
            channel = server.channel()
            async with running(server, *BARE):
                echo = await _times(people, channel, ["/paper RetNet"] * CALLS)
            _print("bare echo", echo)
            await _measure_ours(server, people, channel, Path(folder), echo)


async def _measure_starts(folder: Path) -> None:
    """Print how long each start takes until a connection is open, and the memory a second later."""
    config = settings(folder, ROOT / "config/papers.yaml")
    ours = (*OURS, "--config", str(config))
    async with SlackServer() as slack, DiscordServer() as discord:
        discord.add_guild("研究室")
        kinds: dict[str, tuple[Server, tuple[str, ...]]] = {
            "bare Bolt": (slack, BARE),
            "ours on Slack": (slack, ours),
            "ours on Discord": (discord, ours),
        }
        starts: dict[str, Times] = {name: [] for name in kinds}
        for n in range(RUNS + 1):
            for name, (server, command) in kinds.items():
                async with running(server, *command) as (bot, seconds):
                    await asyncio.sleep(1)
                    if n:  # the first start creates the store
                        starts[name].append((seconds, resident_mib(bot)))
    for name, each in starts.items():
        seconds, mib = (median(start[i] for start in each) for i in (0, 1))
        print(f"{name:23} start {seconds:5.2f} s   resident {mib:6.1f} MiB", flush=True)


async def _measure_ours(server: SlackServer, people: list[Person], channel: Channel, folder: Path, echo: Times) -> None:
    store = folder / "large"
    store.mkdir()
    queries = collection(store / "papers.json", range(SIZE))
    collection(store / "more.json", range(SIZE, SIZE + IMPORTED))
    config = settings(store, store / "papers.json")
    lines = [f"/paper {queries[n % len(queries)]}" for n in range(CALLS)]
    async with running(server, *OURS, "--config", str(config)):
        await _times(people, channel, ["/random"] * PEOPLE)  # so that everybody's profile is known
        _print(f"/paper, {SIZE:,} papers", await _times(people, channel, lines), echo)
        _print("  beside an import", await _beside_an_import(people, channel, lines, store, config), echo)


async def _times(people: list[Person], channel: Channel, lines: list[str]) -> Times:
    return [await _time(person, channel, line) for person, line in zip(cycle(people), lines, strict=False)]


async def _time(person: Person, channel: Channel, line: str) -> tuple[float, float]:
    before, began = len(person.reads), perf_counter()
    acknowledgement = await person.write(channel, line)
    await person.server.until(lambda: len(person.reads) > before)
    return acknowledgement.seconds * 1000, (perf_counter() - began) * 1000


async def _beside_an_import(
    people: list[Person], channel: Channel, lines: list[str], store: Path, config: Path
) -> Times:
    command = (sys.executable, *OURS[:2], "import", str(store / "more.json"), "--config", str(config))
    importing = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
    times = Times()
    for person, line in zip(cycle(people), cycle(lines), strict=False):
        if importing.returncode is not None:
            break
        times.append(await _time(person, channel, line))
        await asyncio.sleep(0.02)
    assert importing.returncode == 0
    return times


def _print(name: str, times: Times, echo: Times | None = None) -> None:
    for i, what in enumerate(("acknowledged", "answered")):
        ours, theirs = (sorted(each[i] for each in part) for part in (times, echo or []))
        print_times(f"{name}, {what}", ours, theirs or None)


if __name__ == "__main__":
    asyncio.run(measure())
