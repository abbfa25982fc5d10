"""Time from a slash command's arrival to its answer, beside a bare echo, with 1,000 and 10,000 papers.

`/addpaper` is measured up to the opening of its form, for a new link whose source is unreachable, also while another
process imports papers into the same store. Its longest time must stay below 100 ms.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Iterable, Iterator
from itertools import count, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.processes import BARE, OURS, ROOT, running, settings
from bench.words import WORDS
from tests.doubles.discord import Channel, DiscordServer, Member

CALLS, SIZES, IMPORTED = 400, (1_000, 10_000), 10_000
PEOPLE = 200  # so many that nobody exceeds the budget of a minute
_PAUSE = 0.005  # seconds between two calls during an import: the store's only writer then has little else to wait for


class Place(NamedTuple):
    """Who sends the commands, one after another, and where."""

    server: DiscordServer
    readers: Iterator[Member]
    channel: Channel


async def measure() -> None:
    with TemporaryDirectory() as folder:
        async with DiscordServer(channel_rate=None, webhook_rate=None, global_rate=None) as server:
            guild = server.add_guild("研究室")
            readers = cycle([guild.member(f"太郎{n}") for n in range(PEOPLE)])
            place = Place(server, readers, guild.channel("general"))
            async with running(server, *BARE):
                echo = await _times(place, "echo", "query", ["RetNet"] * CALLS)
            print_times("bare echo", echo)
            for size in SIZES:
                store = Path(folder) / str(size)
                store.mkdir()
                await _measure_ours(place, store, size, echo)


async def _measure_ours(place: Place, store: Path, size: int, echo: list[float]) -> None:
    queries = collection(store / "papers.json", range(size))
    collection(store / "more.json", range(size, size + IMPORTED))
    config, links = settings(store, store / "papers.json"), _links()
    bot = (*OURS, "--config", str(config))
    async with running(place.server, *bot):
        typed = [queries[n % len(queries)] for n in range(CALLS)]
        print_times(f"/paper, {size:,} papers", await _times(place, "paper", "query", typed), echo)
    async with running(place.server, *bot):  # a new bot, so that its first request is a form
        print_times(f"/addpaper, {size:,}", await _times(place, "addpaper", "source", islice(links, CALLS)), echo)
        print_times("  beside an import", await _beside_an_import(place, store / "more.json", config, links), echo)


async def _times(place: Place, command: str, option: str, values: Iterable[str]) -> list[float]:
    """Return the milliseconds of each answer, sorted."""
    return sorted([await _time(place, command, option, value) for value in values])


async def _time(place: Place, command: str, option: str, value: str) -> float:
    reply = await place.server.slash(next(place.readers), place.channel, command, locale="ja", **{option: value})
    assert command != "addpaper" or reply.modal, reply.text
    return reply.elapsed * 1000


async def _beside_an_import(place: Place, file: Path, config: Path, links: Iterator[str]) -> list[float]:
    """Return the milliseconds of each form, sorted, for as long as an import runs."""
    importing = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "import",
        str(file),
        "--config",
        str(config),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
    )
    times = []
    while importing.returncode is None:
        times.append(await _time(place, "addpaper", "source", next(links)))
        await asyncio.sleep(_PAUSE)
    assert importing.returncode == 0
    return sorted(times)


def print_times(name: str, times: list[float], echo: list[float] | None = None) -> None:
    p50, p99 = _percentiles(times)
    line = f"{name:36} {len(times):4} calls   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   longest {times[-1]:6.2f} ms"
    if echo:
        line += f"   ratio {p50 / _percentiles(echo)[0]:.2f} / {p99 / _percentiles(echo)[1]:.2f}"
    print(line, flush=True)


def _percentiles(times: list[float]) -> tuple[float, float]:
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def _links() -> Iterator[str]:
    """Yield links to papers that no collection has."""
    return (f"https://arxiv.org/abs/2402.{n:05}" for n in count())


def collection(file: Path, numbers: range) -> list[str]:
    """Write a collection of generated papers and return queries for it: words, titles and ids."""
    dice = random.Random(len(numbers))
    papers = []
    for n in numbers:
        words = dice.choices(WORDS, weights=[1 / (rank + 1) for rank in range(len(WORDS))], k=6)
        papers.append(
            {
                "id": f"p{n}",
                "title": f"{' '.join(words)} {n}",
                "headline": "".join(words[:3]),
                "comment": "".join(dice.choices(WORDS, k=12)),
                "tags": words[:2],
                "identifiers": {"arxiv": f"2301.{n:05}"},
            }
        )
    file.write_text(json.dumps({"papers": papers}, ensure_ascii=False), encoding="utf-8")
    sample = dice.sample(papers, 40)
    return (
        [str(p["title"]) for p in sample]
        + [str(p["id"]) for p in sample]
        + [f"2301.{dice.choice(numbers):05}"]
        + list(WORDS)
    )


if __name__ == "__main__":
    asyncio.run(measure())
