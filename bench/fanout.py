"""Delivers an edition of two messages to a thousand channels in as many servers, under Discord's real limits."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord.http import Route

from bot.domain.digest import Policy
from bot.domain.paper import Paper, make_paper
from bot.platforms.discord.publisher import DiscordPublisher
from bot.platforms.discord.render import DiscordRenderer
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.discord import DiscordServer

SIZES, MESSAGES, LIMIT = (100, 1_000), 2, 50
_PAPERS, _ASKED_EVERY, _IDLE = 15, 0.02, 400  # seconds between look-ups; look-ups without other work
_POLICY = Policy(_PAPERS, "skip", timedelta(hours=24), ZoneInfo("Asia/Tokyo"))


async def measure() -> None:
    for size in SIZES:
        with TemporaryDirectory() as folder:
            async with DiscordServer() as server:
                channels = [server.add_guild(f"server {n}").channel("general") for n in range(size)]
                places = [f"discord:{channel.guild.id if channel.guild else 0}/{channel.id}" for channel in channels]
                results = await _in_its_own_process(Path(folder) / "dayori.db", server, places)
                assert all(len(channel.messages) == MESSAGES for channel in channels)
                _print(size, results, server.too_many)


def _print(size: int, results: dict[str, Any], refused: int) -> None:
    floor = size * MESSAGES / LIMIT
    print(
        f"fan-out to {size:5,} channels  {results['seconds']:6.2f} s  ratio to the limit's floor "
        f"{results['seconds'] / floor:.3f}  429 received {refused}  composed in {results['composed']:.2f} s  "
        f"nothing due {results['nothing'] * 1000:.1f} ms  peak {results['peak']:.1f} MiB"
    )
    print(
        f"{'':26} look-up p99 idle {results['idle']:.2f} ms, meanwhile {results['busy']:.2f} ms  "
        f"ratio {results['busy'] / results['idle']:.2f}",
        flush=True,
    )


async def _in_its_own_process(store: Path, server: DiscordServer, places: list[str]) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(store, server.api_url, server.token, places, theirs))
    process.start()
    try:
        results: dict[str, Any] = await asyncio.to_thread(ours.recv)
    finally:
        await asyncio.to_thread(process.join)
    return results


def _run(store: Path, api_url: str, token: str, places: list[str], pipe: Connection) -> None:
    pipe.send(asyncio.run(_measured(store, api_url, token, places)))


async def _measured(store: Path, api_url: str, token: str, places: list[str]) -> dict[str, Any]:
    Route.BASE = api_url
    now = datetime.now(UTC)
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    search = await SearchIndex.open(database)
    workspace, digests = await _filled(database, lambda: now - timedelta(days=1), places)
    lookup, today = Lookup(database, search), Digests(database, lambda: now, _POLICY, digests)
    async with discord.Client(intents=discord.Intents.none(), max_ratelimit_timeout=60) as client:
        await client.http.static_login(token)
        results: dict[str, Any] = {"idle": await _asked(lookup, workspace, _IDLE)}
        delivery = Delivery(database, lambda: datetime.now(UTC), {"discord": DiscordPublisher(client.http)})
        asking = asyncio.create_task(_asked(lookup, workspace, None))
        began = perf_counter()
        results["composed"] = await _timed(today.compose_due(delivery.start))
        await delivery.start()
        results["seconds"] = perf_counter() - began
        asking.cancel()
        results["busy"] = await asking
        results["nothing"] = await _timed(today.compose_due())
    await search.close()
    await database.close()
    return results | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


async def _filled(database: Database, clock: Callable[[], datetime], places: list[str]) -> tuple[int, dict[str, Any]]:
    """Write papers and subscriptions for which an edition has two messages."""
    workspace, _ = await find_or_add(database, "default", clock())
    await Importer(database, clock).run(workspace, [_paper(n) for n in range(_PAPERS)], by=None)
    renderers: dict[str, Any] = {"discord": DiscordRenderer(_POLICY.zone)}
    digests = Digests(database, clock, _POLICY, renderers)
    for n, place in enumerate(places):
        await digests.subscribe(workspace, SubscriptionRequest(f"c{n}", place, "daily 00:00", (), "ja"))
    return workspace, renderers


def _paper(n: int) -> Paper:
    comment = "長い感想。" * 60
    return make_paper(id=f"p{n:02}", title=f"A Paper on Subject {n}", headline=f"{n}番目の論文", comment=comment)


async def _timed(work: Any) -> float:
    began = perf_counter()
    await work
    return perf_counter() - began


async def _asked(lookup: Lookup, workspace: int, times: int | None) -> float:
    """Look papers up, that often or until cancelled; return the 99th percentile in milliseconds."""
    durations: list[float] = []
    with suppress(asyncio.CancelledError):
        while times is None or len(durations) < times:
            durations.append(await _timed(lookup.find(workspace, f"Subject {len(durations) % _PAPERS}", limit=5)))
            await asyncio.sleep(_ASKED_EVERY)
    durations.sort()
    return durations[int(len(durations) * 0.99)] * 1000


if __name__ == "__main__":
    asyncio.run(measure())
