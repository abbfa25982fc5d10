"""Keeps the papers file and the collection the same in both directions without losing a change.

Both sides are compared with their content at the last sync. What only one side changed is copied to the other; what
both changed stays on both and is reported as a conflict. The file is written inside a transaction of the store, so two
processes never write it at the same time. After a crash before the commit, the next sync finds both sides already
equal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import structlog

from bot.domain.errors import DayoriError, FileError
from bot.domain.os_errors import os_reason
from bot.domain.paper import Paper
from bot.formats.atomic_file import read_if_exists, replace_if_unchanged
from bot.i18n import Message, msg
from bot.services.file_sync.watched_file import digest_of, encode_like, read_file_document, signature_of
from bot.services.papers.importing import Importer, ImportReport
from bot.services.papers.library import Write, write_papers
from bot.services.ports import Clock
from bot.store import history, imports, papers
from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.imports import SyncState, content_hash

if TYPE_CHECKING:
    from bot.formats.yaml_document import YamlDocument

Notify = Callable[[Sequence[Message]], Awaitable[object]]
"""Receives what a person has to look at: conflicts, an unreadable file."""

_ATTEMPTS = 5
_EVERY = 0.5  # seconds between two looks at both sides
_QUIET = 0.2  # seconds without a change before the file counts as completely saved
_RETRY = 30  # seconds until a failed sync is tried again even if nothing changed
_log = structlog.get_logger()


@dataclass(slots=True)
class SyncReport:
    """What was imported from the file, written to it or removed from either side, and which conflicts remain."""

    imported: ImportReport = field(default_factory=ImportReport)
    removed: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    conflicts: list[tuple[str, Message]] = field(default_factory=list)


@dataclass(slots=True)
class _Sides:
    """The file's current content beside its content at the last sync."""

    content: bytes | None
    document: YamlDocument
    hashes: dict[str, str]
    last: SyncState
    is_first: bool

    def settle(self, id: str, hash: str | None) -> None:
        """Record that both sides agree on a paper; with `hash` None, that neither has it."""
        if hash is None:
            self.last.hashes.pop(id, None)
        else:
            self.last.hashes[id] = hash


class FileSync:
    """Syncs one YAML file with one workspace's collection; `name` is the file's name in the settings."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        importer: Importer,
        workspace_id: int,
        path: Path,
        name: str = "",
        notify: Notify | None = None,
    ) -> None:
        self._database, self._clock, self._importer = database, clock, importer
        self._workspace, self._path, self.notify = workspace_id, path, notify
        self.is_ours: Callable[[], bool] = lambda: True  # False while another process keeps the file
        self._name = name or str(path)
        self._lock = asyncio.Lock()
        self._notified: set[str] = set()
        self._conflicts: list[tuple[str, Message]] = []
        self._seen: tuple[object, int] | None = None
        self._again = inf

    async def sync(self) -> SyncReport:
        """Import what changed in the file, and write what changed in the collection into the file.

        Raises FileError when the file cannot be read or written; then nothing was imported and nothing is lost.
        """
        async with self._lock:
            report = SyncReport()
            for _ in range(_ATTEMPTS):
                if await self._attempt(report):
                    self._log_changes(report)
                    return report
        raise FileError(msg("something else keeps changing it"), file=str(self._path))

    def _log_changes(self, report: SyncReport) -> None:
        imported = len(report.imported.added) + len(report.imported.updated)
        counts = {"imported": imported, "removed": len(report.removed), "written": len(report.written)}
        if any(counts.values()):
            _log.info("papers file synced", file=str(self._path), **counts)

    async def watch(self, stop: asyncio.Event) -> None:
        """Keep both sides in sync until `stop` is set; what a person has to look at is reported once."""
        while not stop.is_set():
            try:
                await self._sync_if_changed()
            except Exception as error:
                self._again = monotonic() + _RETRY
                _log.error("the papers file is not followed", file=str(self._path), exc_info=error)
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY):
                    await stop.wait()

    async def _sync_if_changed(self) -> None:
        """Sync if either side changed; a failure is reported and retried later."""
        if not self.is_ours():
            return
        try:
            signature = await self._settled_signature()
            async with self._database.read() as connection:
                now = signature, await imports.last_step(connection)
            if now == self._seen and monotonic() < self._again:
                return
            self._seen, self._again = now, inf
            report = await self.sync()
        except DayoriError as error:
            self._again = monotonic() + _RETRY
            await self._notify([error.message])
        else:
            await self._notify([msg("{id}: {why}", id=id, why=why) for id, why in report.conflicts])

    async def _settled_signature(self) -> object:
        """Wait until nobody writes the file any more and return its signature (see `signature_of`)."""
        now = signature_of(self._path)
        before = self._seen[0] if self._seen else None
        while now != before:
            before = now
            await asyncio.sleep(_QUIET)
            now = signature_of(self._path)
        return now

    async def _notify(self, messages: Sequence[Message]) -> None:
        new = [message for message in messages if message.text("en") not in self._notified]
        self._notified = {message.text("en") for message in messages}
        for message in new:
            _log.warning("file sync", file=str(self._path), reason=message.text("en"))
        if new and self.notify:
            await self.notify(new)

    async def _attempt(self, report: SyncReport) -> bool:
        """Try one complete sync; return False when the file changed meanwhile."""
        # The state first: of an older file it would say that the other process's newest papers were removed from it.
        async with self._database.read() as connection:
            last = await imports.sync_state(connection, self._workspace, self._name)
            newest = await imports.last_step(connection)
        try:
            content = await asyncio.to_thread(read_if_exists, self._path)
        except OSError as error:
            reason = os_reason(error)
            raise FileError(msg("cannot be read: {reason}", reason=reason), file=str(self._path)) from error
        if last and last.hash == digest_of(content) and last.step == newest:
            report.conflicts = self._conflicts
            return True
        sides = await self._compare(content, last)
        await self._import(sides, report)
        return await self._export(sides, report)

    async def _compare(self, content: bytes | None, last: SyncState | None) -> _Sides:
        document = await asyncio.to_thread(read_file_document, content, str(self._path))
        current = await asyncio.to_thread(
            lambda: {entry.paper.id: content_hash(entry.paper) for entry in document.entries}
        )
        if last is None:
            async with self._database.read() as connection:
                hashes = await imports.last_hashes(connection, self._workspace, list(current))
            return _Sides(content, document, current, SyncState(hashes), is_first=True)
        if not (content or b"").strip():  # a missing or empty file does not mean that every paper was removed
            return _Sides(content, document, current, SyncState({}), is_first=True)
        return _Sides(content, document, current, last, is_first=False)

    async def _import(self, sides: _Sides, report: SyncReport) -> None:
        """Import what the file added, changed and left out."""
        hashes = sides.last.hashes
        changed = [
            entry.paper
            for entry in sides.document.entries
            if sides.hashes[entry.paper.id] != hashes.get(entry.paper.id)
        ]
        imported = (
            await self._importer.run(self._workspace, changed, None, last_hashes=hashes) if changed else ImportReport()
        )
        for id in (*imported.added, *imported.updated, *imported.unchanged):
            sides.settle(id, sides.hashes[id])
        report.imported.added += imported.added
        report.imported.updated += imported.updated
        removed_ids = [id for id in hashes if id not in sides.hashes]
        unsettled = await self._remove(removed_ids, sides, report) if removed_ids else []
        report.conflicts = self._conflicts = [*imported.conflicts, *unsettled]

    async def _remove(self, ids: list[str], sides: _Sides, report: SyncReport) -> list[tuple[str, Message]]:
        """Remove the papers that the file no longer has; return those that were changed in the collection since."""
        conflicts = []
        async with self._database.write() as connection:
            rows = await papers.by_ids(connection, self._workspace, ids)
            writes = []
            for id in ids:
                number, paper = rows.get(id, (0, None))
                if paper and content_hash(paper) != sides.last.hashes[id]:
                    conflicts.append((id, msg("it was removed from the file and changed here")))
                    continue
                if paper:
                    writes.append(Write(id, number, None))
                sides.settle(id, None)
            if writes:
                change = await history.open_change(connection, self._workspace, "remove", self._clock(), None)
                await write_papers(connection, self._workspace, change, writes)
                report.removed += [each.paper_id for each in writes]
        return conflicts

    async def _export(self, sides: _Sides, report: SyncReport) -> bool:
        """Write what changed in the collection into the file, and record that both sides agree."""
        async with self._database.write() as connection:
            last = sides.last
            ids = await self._touched(connection, sides)
            rows = await papers.by_ids(connection, self._workspace, ids)
            written_ids, refused = await asyncio.to_thread(_update_document, sides, ids, rows)
            report.conflicts += refused
            content = sides.content
            if written_ids:
                content = encode_like(await asyncio.to_thread(sides.document.text), sides.content)
                if not await self._replace(content, sides.content):
                    return False
            last.open = [id for id, _ in report.conflicts]
            last.step = await imports.last_step(connection)
            last.hash = digest_of(content)
            await imports.save_sync_state(connection, self._workspace, self._name, last)
        report.written += written_ids
        return True

    async def _touched(self, connection: StoreConnection, sides: _Sides) -> list[str]:
        """Return the ids of the papers that may differ: those changed since the last sync, or all at the first."""
        if sides.is_first:
            ids = await imports.all_ids(connection, self._workspace)
        else:
            ids = await imports.changed_since(connection, self._workspace, sides.last.step)
        return list(dict.fromkeys((*ids, *sides.last.open, *(sides.last.hashes if sides.is_first else ()))))

    async def _replace(self, content: bytes, expected: bytes | None) -> bool:
        try:
            return await asyncio.to_thread(replace_if_unchanged, self._path, content, expected)
        except OSError as error:
            reason = os_reason(error)
            raise FileError(msg("cannot be written: {reason}", reason=reason), file=str(self._path)) from error


def _update_document(
    sides: _Sides, ids: Sequence[str], rows: dict[str, tuple[int, Paper]]
) -> tuple[list[str], list[tuple[str, Message]]]:
    """Put what only the collection changed into the document; return the written ids, and the refused with reasons."""
    written_ids: list[str] = []
    refused: list[tuple[str, Message]] = []
    for id in sorted(ids, key=lambda id: rows[id][0] if id in rows else 0):
        paper = rows[id][1] if id in rows else None
        stored_hash, file_hash = content_hash(paper) if paper else None, sides.hashes.get(id)
        if stored_hash != file_hash and file_hash != sides.last.hashes.get(id):
            continue  # both sides changed it
        try:
            if stored_hash != file_hash or (paper and paper.updates != sides.document.updates_of(id)):
                sides.document.put(paper) if paper else sides.document.drop(id)
                written_ids.append(id)
            sides.settle(id, stored_hash)
        except FileError as error:
            refused.append((id, error.message))
    return written_ids, refused
