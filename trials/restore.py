"""Kills writers, and damages databases, and counts what was lost and whether the printed way back works."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.cli.context import progress_bar
from bot.services.backups import write_backup
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from trials.restore_damage import FLIPS, Damage, Installation, damages
from trials.restore_store import inconsistencies, read_marks, unfound
from trials.restore_writer import read_journal, restorer, utc_now, writer

_KILLS, _SWAPS, _LOGS = 200, 40, 40
_LONGEST, _LONG = 0.7, 60.0  # seconds until a kill, and until a restore has surely ended
_SEARCHED = 10  # papers


async def on_restore() -> int:
    """Run the trials of kills and damages; return the number of failures."""
    dice = random.Random(20261127)
    with tempfile.TemporaryDirectory() as killed, tempfile.TemporaryDirectory() as swapped:
        failures = print_counts("writers killed", await kill_writers(Path(killed), _KILLS, dice))
        failures += print_counts("restores killed", await kill_restores(Path(swapped), _SWAPS, dice))
    with tempfile.TemporaryDirectory() as cut, tempfile.TemporaryDirectory() as damaged:
        failures += print_counts("logs deleted", await delete_logs(Path(cut), _LOGS, dice))
        return failures + print_counts("damaged files", await damage_stores(Path(damaged), damages(FLIPS, dice)))


async def kill_writers(folder: Path, kills: int, dice: random.Random) -> Counter[str]:
    """Let writers go on, one after another on one store, until each is killed; count what is wrong after each kill."""
    store, counts = folder / "dayori.db", Counter[str]()
    await make_store(store)
    marks = dict[str, str]()
    with progress_bar("kills during writes") as progress:
        for n in range(kills):
            journal = folder / "journal"
            await _killed(writer(store, journal, n), journal, dice.uniform(0.0, _LONGEST))
            committed, pending = read_journal(journal)
            journal.unlink()
            before = _after(marks, *committed)
            expected = [before, _after(before, pending)]
            marks = {id: mark or "" for id, mark in (await read_marks(store)).items()}
            searched = {id: marks[id] for id in dice.sample(sorted(marks), min(_SEARCHED, len(marks)))}
            counts["killed"] += 1
            counts["changes committed"] += sum(map(bool, committed))
            counts["killed while a change was under way"] += bool(pending)
            counts["of these, committed without word of it"] += bool(pending) and marks == expected[1]
            counts["wrong: something committed is lost, or something else is there"] += marks not in expected
            counts["wrong: file or indexes do not agree"] += bool(inconsistencies(store, len(marks)))
            counts["wrong: a search does not find what is there"] += bool(await unfound(store, searched))
            progress(n + 1, kills)
    return counts


async def kill_restores(folder: Path, kills: int, dice: random.Random) -> Counter[str]:
    """Kill `restore` at random moments; the database must be the old one or the new one, whole."""
    store, journal, counts = folder / "dayori.db", folder / "journal", Counter[str]()
    await make_store(store)
    await _killed(writer(store, journal, 0), journal, 1.0)
    copy, old = folder / "copy.db", await read_marks(store)
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    await write_backup(database, copy)
    await database.close()
    began = time.monotonic()
    await _killed(restorer(copy, store, journal), journal, _LONG)
    longest = time.monotonic() - began
    for n in range(kills):
        await _killed(writer(store, journal, n + 1), journal, 0.2)
        before = await read_marks(store)
        await _killed(restorer(copy, store, journal), journal, dice.uniform(0.0, longest))
        now = await read_marks(store)
        counts["killed"] += 1
        counts["the copy was in place"] += now == old
        counts["wrong: neither the old database nor the copy"] += now not in (before, old)
        counts["wrong: file or indexes do not agree"] += bool(inconsistencies(store, len(now)))
    return counts


async def delete_logs(folder: Path, times: int, dice: random.Random) -> Counter[str]:
    """Delete the log of a killed writer; the file must hold what was committed until its last checkpoint or later."""
    store, counts = folder / "dayori.db", Counter[str]()
    await make_store(store)
    marks = dict[str, str]()
    for n in range(times):
        journal = folder / "journal"
        await _killed(writer(store, journal, n), journal, dice.uniform(0.0, _LONGEST))
        committed, _ = read_journal(journal)
        journal.unlink()
        for ending in ("-wal", "-shm"):
            store.with_name(store.name + ending).unlink(missing_ok=True)
        moments = [_after(marks, *committed[:length]) for length in range(len(committed) + 1)]
        marks = {id: mark or "" for id, mark in (await read_marks(store)).items()}
        settled = max((n for n, each in enumerate(committed, 1) if not each), default=0)
        after = [len(committed) - length for length, moment in enumerate(moments) if moment == marks]
        counts["deleted"] += 1
        counts["changes committed"] += sum(map(bool, committed))
        counts["changes lost since the last checkpoint"] += after[-1] if after else 0
        counts["wrong: not as it was at any moment"] += not after
        counts["wrong: not as at the last checkpoint or later"] += bool(after) and len(committed) - after[-1] < settled
        counts["wrong: file or indexes do not agree"] += bool(inconsistencies(store, len(marks)))
    return counts


async def damage_stores(folder: Path, every: list[tuple[str, Damage]]) -> Counter[str]:
    """Damage a store in every way and take the way back that the commands print."""
    store, journal, counts = folder / "dayori.db", folder / "journal", Counter[str]()
    await make_store(store)
    await _killed(writer(store, journal, 0), journal, 2.0)
    installation = await Installation.make(store, folder)
    with progress_bar("damaged files") as progress:
        for n, (kind, damage) in enumerate(every):
            for finding in await installation.outcome(damage, folder / f"{n}"):
                counts[f"{finding}: {kind}" if finding.startswith("wrong") else f"{kind}: {finding}"] += 1
            progress(n + 1, len(every))
    return counts


async def make_store(path: Path) -> None:
    """Write an empty store with the workspace of the trials."""
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    await (await SearchIndex.open(database)).close()
    await find_or_add(database, "default", utc_now())
    await database.close()


def _after(marks: dict[str, str], *changes: dict[str, str | None]) -> dict[str, str]:
    merged = dict[str, str | None](marks)
    for each in changes:
        merged |= each
    return {id: mark for id, mark in merged.items() if mark}


async def _killed(process: ForkServerProcess, journal: Path, after: float) -> None:
    """Kill a process some seconds after it has begun to work, which it writes into its journal."""
    await asyncio.to_thread(_wait, process, journal, _size(journal))
    await asyncio.to_thread(process.join, after)
    process.kill()
    await asyncio.to_thread(process.join)
    if process.exitcode and process.exitcode > 0:
        raise RuntimeError(f"a process ended with {process.exitcode}")


def _wait(process: ForkServerProcess, journal: Path, size: int) -> None:
    while process.exitcode is None and _size(journal) <= size:
        time.sleep(0.002)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def print_counts(name: str, counts: Counter[str]) -> int:
    """Print counts; return the sum of those that are wrong."""
    print(name)
    for kind, times in counts.items():
        print(f"  {kind:76}{times:8,}")
    failures = sum(times for kind, times in counts.items() if kind.startswith("wrong"))
    print(f"wrong in all: {failures}\n", flush=True)
    return failures
