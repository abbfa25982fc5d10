"""Fifty people typing at once among 100,000 papers: without other work, and during an import and an edition.

Prints the time from a keystroke's arrival at Discord to the bot's answer there, the bot's share of it, and the duration
of the event loop's steps.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import multiprocessing
import os
import random
import signal
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bench.search import corpus, english, percentiles
from bot import runner
from bot.app import open_app, platforms_of
from bot.config import Config
from bot.domain.digest import Policy
from bot.domain.paper import Paper
from bot.platforms.discord.render import DiscordRenderer
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.services.workspaces import DEFAULT
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.discord import Channel, DiscordServer, Member

PEOPLE, KEYSTROKE = 50, 0.15  # seconds between keystrokes
WARM, ALONE = 2.0, 10.0  # seconds of typing before the measurement, and without other work
PAPERS, IMPORTED, CHANNELS = 100_000, 10_000, 500
_ASKED_EVERY = 0.03  # seconds
_POLICY = Policy(10, "skip", timedelta(hours=24), ZoneInfo("Asia/Tokyo"))


class Figures(NamedTuple):
    """The milliseconds of suggestions, of finding them and of the event loop's steps; the seconds of the import.

    And how many channels have received the edition when the import ends.
    """

    times: list[float]
    finding: list[float]
    steps: list[float]
    seconds: float
    arrived: int


async def measure() -> None:
    papers = list(corpus(PAPERS + IMPORTED))
    gc.freeze()
    titles = [paper.title for paper in random.Random(1).sample(papers[:PAPERS], 500)]
    with TemporaryDirectory() as folder:
        store = Path(folder) / "dayori.db"
        async with DiscordServer(webhook_rate=None) as server:
            guilds = [server.add_guild(f"server {n}") for n in range(CHANNELS)]
            channels = [guild.channel("general") for guild in guilds]
            await _fill(store, papers[:PAPERS], [])
            alone = await _typed(server, store, channels, titles, [])
            await _fill(store, [], channels)
            beside = await _typed(server, store, channels, titles, papers[PAPERS:])
    print(f"{PEOPLE} people typing    {_line(alone)}")
    print(
        f"{'  import and edition':18}{_line(beside)}   "
        f"{IMPORTED:,} papers in {beside.seconds:.1f} s, meanwhile {beside.arrived} of {CHANNELS} channels served",
        flush=True,
    )


async def _fill(store: Path, papers: Sequence[Paper], channels: Sequence[Channel]) -> None:
    """Import papers and subscribe channels, so that an edition is due."""

    def yesterday() -> datetime:
        return datetime.now(UTC) - timedelta(days=1)

    database = await open_database(f"sqlite+aiosqlite:///{store}")
    await (await SearchIndex.open(database)).close()
    workspace, _ = await find_or_add(database, DEFAULT, yesterday())
    await Importer(database, yesterday).run(workspace, papers, None)
    digests = Digests(database, yesterday, _POLICY, {"discord": DiscordRenderer(_POLICY.zone)})
    for n, channel in enumerate(channels):
        place = f"discord:{channel.guild.id if channel.guild else 0}/{channel.id}"
        await digests.subscribe(workspace, SubscriptionRequest(f"c{n}", place, "daily 00:00", (), "ja"))
    await database.close()


async def _typed(
    server: DiscordServer, store: Path, channels: Sequence[Channel], titles: Sequence[str], papers: Sequence[Paper]
) -> Figures:
    """Type while a bot imports."""
    ours, theirs = multiprocessing.Pipe()
    arguments = (store, server.api_url, server.token, papers, theirs)
    process = multiprocessing.get_context("spawn").Process(target=_run, args=arguments)
    process.start()
    await server.connected(timeout=60)
    times: list[float] = []
    typing = [asyncio.create_task(_type(server, channels[n], titles, n, times)) for n in range(PEOPLE)]
    await asyncio.sleep(WARM)
    times.clear()
    ours.send("begin")
    if not papers:
        await asyncio.sleep(ALONE)
    ours.send("end")
    finding, steps, seconds = await asyncio.to_thread(ours.recv)
    arrived = sum(bool(channel.messages) for channel in channels)
    for each in typing:
        each.cancel()
    await asyncio.wait(typing)
    ours.send("stop")
    await asyncio.to_thread(process.join)
    return Figures(times, finding, steps, seconds, arrived)


async def _type(server: DiscordServer, channel: Channel, titles: Sequence[str], n: int, times: list[float]) -> None:
    dice = random.Random(n)
    assert channel.guild
    reader: Member = channel.guild.member(f"reader {n}")
    await asyncio.sleep(dice.uniform(0, KEYSTROKE))
    while True:
        title = dice.choice(titles)
        for end in range(1, min(len(title), 25)):
            began = perf_counter()
            choices = await server.autocomplete(reader, channel, "paper", "query", title[:end])
            times.append(choices.elapsed * 1000)
            await asyncio.sleep(max(0.0, dice.uniform(0.5, 1.5) * KEYSTROKE - (perf_counter() - began)))


def _run(store: Path, api_url: str, token: str, papers: Sequence[Paper], pipe: Connection) -> None:
    asyncio.run(_serve(store, api_url, token, papers, pipe))


async def _serve(store: Path, api_url: str, token: str, papers: Sequence[Paper], pipe: Connection) -> None:
    """Run the bot during an import, and stop it when both the import and the caller are done."""
    steps, finding = list[float](), list[float]()
    config = Config.model_validate(
        {
            "database_url": f"sqlite+aiosqlite:///{store}",
            "papers_file": "",
            "discord_token": token,
            "discord": {"api_url": api_url},
        }
    )
    async with open_app(config) as app:
        gc.freeze()
        workspace = await app.services.workspaces.named(DEFAULT)
        bot = asyncio.create_task(runner.run(app, platforms_of(app)))
        await asyncio.to_thread(pipe.recv)
        asking = asyncio.create_task(_find(app.services.lookup, workspace, finding))
        _time_steps(steps)
        began = perf_counter()
        await app.services.importer.run(workspace, papers, None)
        seconds = perf_counter() - began
        await asyncio.to_thread(pipe.recv)
        pipe.send((finding, steps, seconds))
        asking.cancel()
        await asyncio.to_thread(pipe.recv)
        os.kill(os.getpid(), signal.SIGTERM)
        await bot


def _time_steps(steps: list[float]) -> None:
    """Record the duration of each step of the event loop from now on."""
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began = perf_counter()
        run(handle)
        steps.append((perf_counter() - began) * 1000)

    asyncio.Handle._run = timed  # type: ignore[method-assign,assignment]


async def _find(lookup: Lookup, workspace: int, finding: list[float]) -> None:
    for query in itertools.cycle(english(500)):
        began = perf_counter()
        await lookup.complete(workspace, query[: len(finding) % 8 + 1])
        finding.append((perf_counter() - began) * 1000)
        await asyncio.sleep(_ASKED_EVERY)


def _line(timing: Figures) -> str:
    return (
        f"{len(timing.times):8,} keystrokes   {_times(timing.times)}   finding {_times(timing.finding)}   "
        f"steps of the event loop {_times(timing.steps)}"
    )


def _times(milliseconds: list[float]) -> str:
    p50, p99 = percentiles(milliseconds)
    return f"p50 {p50:5.2f} p99 {p99:6.2f} longest {max(milliseconds):6.1f} ms"


if __name__ == "__main__":
    asyncio.run(measure())
