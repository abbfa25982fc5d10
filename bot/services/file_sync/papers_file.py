"""The papers file of the settings: fills a new collection, and its later changes are imported.

A fault in the file is reported and stops nothing, because the collection is in the database.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.domain.errors import DayoriError, InputError
from bot.domain.os_errors import os_reason
from bot.formats.atomic_file import read_regular
from bot.formats.registry import read_file
from bot.i18n import Message, msg
from bot.services.ports import Clock
from bot.store import imported_files, imports
from bot.store.database import Database

if TYPE_CHECKING:
    from bot.services.file_sync.sync import FileSync

_log = structlog.get_logger()


class PapersFile:
    """One file and one workspace; `name` is the file's name in the settings, `sync` a two-way sync if it is on."""

    def __init__(self, database: Database, clock: Clock, path: Path, name: str, sync: FileSync | None = None) -> None:
        self._database, self._clock, self._sync = database, clock, sync
        self.path, self._name = path, name

    async def follow(self, workspace_id: int) -> Message | None:
        """Import what changed in the file, or sync both sides; return what is wrong with the file, if anything."""
        try:
            if self._sync:
                await self._sync.sync()
            else:
                await self._import_changed(workspace_id)
        except InputError as error:
            _log.warning("the papers file was not followed", file=str(self.path), reason=str(error))
            return error.message
        return None

    async def fill(self, workspace_id: int) -> Message | None:
        """Fill the collection if it is new; return what is wrong with the file, if anything."""
        async with self._database.read() as connection:
            if await imports.newest_change(connection, workspace_id):
                return None
        return await self.follow(workspace_id)

    async def problem(self) -> Message | None:
        """Return what is wrong with the file, without importing anything."""
        try:
            await asyncio.to_thread(self._read)
        except DayoriError as error:
            return error.message
        return None

    def unwritable(self) -> Message | None:
        """Return why file sync cannot write its file. The file is replaced, so its folder must be writable too."""
        place = self.path if self.path.exists() else self.path.parent
        if self._sync is None or (os.access(place, os.W_OK) and os.access(self.path.parent, os.W_OK)):
            return None
        return msg('"{file}" is not writable, so changes that are made here are not saved to it.', file=str(self.path))

    async def _import_changed(self, workspace_id: int) -> None:
        content = await asyncio.to_thread(self._content)
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        async with self._database.read() as connection:
            if await imported_files.last_hash(connection, workspace_id, self._name) == digest:
                return
        from bot.services.papers.importing import Importer  # a start with the file of last time imports nothing

        papers = await asyncio.to_thread(read_file, self.path)
        report = await Importer(self._database, self._clock).run(workspace_id, papers, by=None)
        for id, why in report.conflicts:
            _log.warning("not imported", file=str(self.path), paper=id, reason=why.text("en"))
        async with self._database.write() as connection:
            await imported_files.note_hash(connection, workspace_id, self._name, digest)

    def _read(self) -> None:
        self._content()
        read_file(self.path)

    def _content(self) -> bytes:
        try:
            return read_regular(self.path)
        except OSError as error:
            raise InputError(
                msg(
                    'papers_file "{file}" cannot be read: {reason}. Correct the setting, or leave it empty ("")'
                    " for none.",
                    file=str(self.path),
                    reason=os_reason(error),
                )
            ) from error
