"""An export is written a few papers at a time, up to a size, and one at a time per collection."""

from __future__ import annotations

import asyncio
import tracemalloc
from functools import partial
from io import BytesIO
from typing import BinaryIO, cast

import pytest

from bot.domain.errors import ConflictError, InputError
from bot.formats.registry import WRITERS
from bot.services.papers.exporting import Exporter
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.store.database import Database
from bot.store.workspaces import find_or_add
from tests.collection import all_papers
from tests.doubles.clock import AdjustableClock
from tests.growth import longest_steps
from tests.samples import paper

_LONGEST_STEP = 0.06  # processor seconds: 20 ms measured, with a margin for slow machines


@pytest.fixture
def exporter(lookup: Lookup) -> Exporter:
    return Exporter(lookup)


@pytest.fixture
async def filled(importer: Importer, workspace: int) -> int:
    text = "検索拡張生成は、" * 100
    await importer.run(workspace, [paper(n, comment=text, excerpt=text) for n in range(120)], None)
    return workspace


async def test_a_file_says_what_all_papers_at_once_would(exporter: Exporter, lookup: Lookup, filled: int) -> None:
    for query, count in (("", 120), ("論文 17", 11), ("qzxvkjw", 0)):
        papers = await all_papers(lookup, filled, query)
        for format, writer in WRITERS.items():
            file = BytesIO()
            written_count = await exporter.write(filled, query, writer, file)
            assert file.getvalue().decode() == "".join(writer(papers)), format
            assert written_count == len(papers), format
        assert count == 0 or papers


async def test_writing_stops_at_the_size_that_fits(exporter: Exporter, filled: int) -> None:
    file = BytesIO()
    with pytest.raises(InputError, match=r"larger than the 0\.05 MB that can be sent here; narrow the search"):
        await exporter.write(filled, "", WRITERS["json"], file, 50_000)
    assert file.tell() <= 50_000


async def test_a_second_export_of_a_collection_is_told_to_wait_and_other_collections_are_not(
    exporter: Exporter, database: Database, filled: int, clock: AdjustableClock
) -> None:
    other, _ = await find_or_add(database, "other", clock())
    first = asyncio.create_task(exporter.write(filled, "", WRITERS["yaml"], BytesIO()))
    await asyncio.sleep(0)
    with pytest.raises(ConflictError, match="Another export is being written"):
        await exporter.write(filled, "", WRITERS["json"], BytesIO())
    assert await exporter.write(other, "", WRITERS["json"], BytesIO()) == 0
    assert await first == 120
    assert await exporter.write(filled, "", WRITERS["json"], BytesIO()) == 120


async def test_an_export_that_ended_badly_does_not_keep_the_next_one_waiting(exporter: Exporter, filled: int) -> None:
    cancelled = asyncio.create_task(exporter.write(filled, "", WRITERS["yaml"], BytesIO()))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait((cancelled,))
    with pytest.raises(InputError):
        await exporter.write(filled, "", WRITERS["json"], BytesIO(), 10)
    assert await exporter.write(filled, "", WRITERS["json"], BytesIO()) == 120


async def test_writing_never_holds_up_the_loop_for_long(exporter: Exporter, importer: Importer, filled: int) -> None:
    longest = paper(999, authors=[f"Given{n} Family{n}" for n in range(5000)], comment="ア\n" * 5000)
    await importer.run(filled, [longest], None)
    steps = await longest_steps([partial(exporter.write, filled, "", write, BytesIO()) for write in WRITERS.values()])
    assert {format: step for format, step in zip(WRITERS, steps, strict=True) if step > _LONGEST_STEP} == {}


@pytest.mark.parametrize("format", ["yaml", "json"])
async def test_memory_does_not_grow_with_the_collection(exporter: Exporter, filled: int, format: str) -> None:
    class Nowhere:
        def write(self, content: bytes) -> int:
            return len(content)

    await exporter.write(filled, "", WRITERS[format], cast("BinaryIO", Nowhere()))
    tracemalloc.start()
    try:
        await exporter.write(filled, "", WRITERS[format], cast("BinaryIO", Nowhere()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 800_000  # for about 600,000 characters, which are 1.2 MB in memory and more while read and written
