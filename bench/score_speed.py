"""What keeping the inbox in order costs: 5,000 decisions and a collection of 1,000 papers, while 1,000 finds wait.

Prints for the first learning of a process, for a decision, and for a look without any change: how long it takes, the
longest step of the event loop, during which nobody else is answered, and of the processor; then the memory added.
"""

from __future__ import annotations

import asyncio
import gc
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bench.hostile import time_steps
from bench.search import NOW, corpus, memory
from bot.domain.paper import Paper
from bot.services.feeds.scoring import Scoring
from bot.services.papers.importing import Importer
from bot.store import candidates, decisions
from bot.store.database import Database, batched, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add

DECISIONS, COLLECTION, WAITING, ROUNDS = 5_000, 1_000, 1_000, 10
_dice = random.Random(1)


async def fill(database: Database, workspace: int) -> list[int]:
    """Decide on finds and let others wait; return the numbers of those that wait."""
    papers = list(corpus(DECISIONS + COLLECTION + WAITING))
    await Importer(database, lambda: NOW).run(workspace, papers[:COLLECTION], None)
    for batch in batched(papers[COLLECTION : COLLECTION + DECISIONS]):
        numbers = await _find(database, workspace, batch)
        async with database.write() as connection:
            for number in numbers:
                decision = "accepted" if _dice.random() < 0.2 else "rejected"
                await decisions.decide(connection, workspace, number, decision, "a", "a", NOW)  # type: ignore[arg-type]
    return await _find(database, workspace, papers[-WAITING:])


async def _find(database: Database, workspace: int, papers: Sequence[Paper]) -> list[int]:
    async with database.write() as connection:
        return [await candidates.add(connection, workspace, candidates.NewProposal({}, paper), NOW) for paper in papers]


async def measure(path: Path) -> None:
    """Print the figures."""
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    await (await SearchIndex.open(database)).close()
    workspace, _ = await find_or_add(database, "bench", NOW)
    waiting = await fill(database, workspace)
    gc.collect()
    gc.freeze()
    steps, busy = list[float](), list[float]()
    time_steps(steps, busy)
    scoring, before = Scoring(database), memory()

    async def print_times(
        name: str, work: Callable[[], Awaitable[None]], prepare: Callable[[], Awaitable[None]]
    ) -> None:
        times, longest, used = list[float](), 0.0, 0.0
        for _ in range(1 if name.startswith("first") else ROUNDS):
            await prepare()
            steps.clear()
            busy.clear()
            began = time.perf_counter()
            await work()
            times.append((time.perf_counter() - began) * 1000)
            longest, used = max(longest, *busy), max(used, sum(busy))
        print(
            f"{name:<22} {sorted(times)[len(times) // 2]:8.1f} ms   {used:8.1f} ms of the processor   "
            f"longest step of the event loop {longest:.1f} ms of it",
            flush=True,
        )

    async def nothing() -> None:
        pass

    async def decide() -> None:
        async with database.write() as connection:
            await decisions.decide(connection, workspace, waiting.pop(), "accepted", "a", "a", NOW)

    await print_times("first learning", scoring.update, nothing)
    print(f"{'':22} {memory() - before:8.1f} MB added")
    await print_times("after a decision", scoring.update, decide)
    await print_times("nothing changed", scoring.update, nothing)
    await database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder) / "bench.db"))
