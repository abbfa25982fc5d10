"""What a collection takes on disk beside its JSON, and how long an undo of its import takes beside the import."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.search import corpus
from bot.formats.registry import WRITERS
from bot.services.papers.importing import Importer
from bot.services.papers.undo import Undo
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add

SIZE = 20_000


def _now() -> datetime:
    return datetime.now(UTC)


async def measure() -> None:
    papers = list(corpus(SIZE))
    json = sum(len(piece.encode()) for piece in WRITERS["json"](papers))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "dayori.db"
        database = await open_database(f"sqlite+aiosqlite:///{file}")
        await (await SearchIndex.open(database)).close()
        workspace, _ = await find_or_add(database, "bench", _now())
        seconds = []
        for work in (Importer(database, _now).run(workspace, papers, None), Undo(database, _now).undo(workspace, None)):
            began = perf_counter()
            await work
            seconds.append(perf_counter() - began)
            if len(seconds) == 1:
                async with database.read() as connection:
                    pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await database.close()
    size = pages * 4096
    print(f"{SIZE:,} papers   JSON {json / 1e6:.1f} MB   database {size / 1e6:.1f} MB   ratio {size / json:.2f}")
    print(f"import {seconds[0]:.2f} s   undo {seconds[1]:.2f} s   ratio {seconds[1] / seconds[0]:.2f}", flush=True)


if __name__ == "__main__":
    asyncio.run(measure())
