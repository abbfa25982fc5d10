"""A process that writes through the real services until it is killed, and tells before and after each commit."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.domain.identifiers import Identifiers
from bot.domain.paper import Paper
from bot.logs import configure_logs
from bot.services.backups import restore
from bot.services.papers.importing import Importer
from bot.services.papers.library import Library
from bot.services.papers.undo import Undo
from bot.store.database import Database, open_database
from tests.collection import all_papers
from tests.samples import paper
from trials.feed_process import CONTEXT
from trials.restore_store import WORKSPACE, lookup_on

Marks = dict[str, str | None]
"""Papers by id, with the word that stands in each one's comment, None for a removed one."""
_BATCH = 15  # papers of an import, one transaction
_CHECKPOINTS, _UNDOS = 0.03, 0.15  # of all acts


def utc_now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


def writer(store: Path, journal: Path, seed: int) -> ForkServerProcess:
    """Start a process that writes; a line of the journal is what it is about to change, an empty one: it did."""
    process = CONTEXT.Process(target=_run, args=(_write, store, journal, seed))
    process.start()
    return process


def restorer(copy: Path, store: Path, journal: Path) -> ForkServerProcess:
    """Start a process that puts a copy in the store's place; the journal grows when it begins."""
    process = CONTEXT.Process(target=_run, args=(_restore, copy, store, journal))
    process.start()
    return process


def read_journal(journal: Path) -> tuple[list[Marks], Marks]:
    """Return what a killed process had committed, one after another, and what it was about to change.

    A checkpoint is a change of nothing.
    """
    committed, pending = list[Marks](), Marks()
    for line in journal.read_text("utf-8").splitlines(keepends=True):
        if line == "\n":
            committed, pending = [*committed, pending], {}
        elif line.endswith("\n"):
            pending = json.loads(line)
    return committed, pending


def _run(work: Callable[..., Coroutine[object, object, None]], *arguments: object) -> None:
    configure_logs((), quiet=True)
    asyncio.run(work(*arguments))


async def _restore(copy: Path, store: Path, journal: Path) -> None:
    with journal.open("ab") as file:
        file.write(b"\n")
    await restore(copy, store, utc_now)


async def _write(store: Path, journal: Path, seed: int) -> None:
    database = await open_database(f"sqlite+aiosqlite:///{store}")
    async with lookup_on(database) as lookup:
        marks: Marks = {each.id: each.comment for each in await all_papers(lookup, WORKSPACE)}
    with journal.open("ab", buffering=0) as file:
        acts = _Actions(database, marks, random.Random(seed), file.fileno())
        while True:
            await acts.act()


class _Actions:
    """What people do to a collection, at random."""

    def __init__(self, database: Database, marks: Marks, dice: random.Random, journal: int) -> None:
        self._library, self._undo = Library(database, utc_now), Undo(database, utc_now)
        self._importer, self._database = Importer(database, utc_now), database
        self._marks, self._dice, self._journal = marks, dice, journal
        self._before: Marks = {}  # what an undo of the last change brings back

    async def act(self) -> None:
        """Change something, in one transaction."""
        if self._dice.random() < _CHECKPOINTS:
            await self._do({}, self._database.checkpoint())
        elif self._before and self._dice.random() < _UNDOS:
            await self._do(self._before, self._undo.undo(WORKSPACE, "花子"))
            self._before = {}
        else:
            await self._change()

    async def _change(self) -> None:
        known = [id for id, mark in self._marks.items() if mark]
        acts = (self._add, self._import, self._edit, self._remove) if len(known) > 50 else (self._add, self._import)
        before = dict(self._marks)
        changed = await self._dice.choice(acts)(self._dice.choice(known) if known else "")
        self._before = {id: before.get(id) for id in changed}

    async def _add(self, _: str) -> Marks:
        number = self._dice.randrange(10**9)
        added = _paper(number, self._mark())
        return await self._do({added.id: added.comment}, self._library.add(WORKSPACE, added, "花子"))

    async def _import(self, _: str) -> Marks:
        batch = [_paper(self._dice.randrange(10**9), self._mark()) for _ in range(_BATCH)]
        return await self._do(
            {each.id: each.comment for each in batch}, self._importer.run(WORKSPACE, batch, by="花子")
        )

    async def _edit(self, id: str) -> Marks:
        mark = self._mark()
        change = self._library.edit(WORKSPACE, id, "花子", lambda old: replace(old, comment=mark))
        return await self._do({id: mark}, change)

    async def _remove(self, id: str) -> Marks:
        return await self._do({id: None}, self._library.remove(WORKSPACE, id, "花子"))

    def _mark(self) -> str:
        return f"印{self._dice.randrange(10**12):012}"

    async def _do(self, changed: Marks, change: Awaitable[object]) -> Marks:
        os.write(self._journal, json.dumps(changed).encode() + b"\n")
        await change
        os.write(self._journal, b"\n")
        self._marks |= changed
        return changed


def _paper(number: int, mark: str) -> Paper:
    return paper(number, comment=mark, identifiers=Identifiers())
