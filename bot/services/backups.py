"""Copies of the database and of the collections as YAML, every night, so that a year unattended loses nothing."""

from __future__ import annotations

import asyncio
import errno
import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.domain import quiet_hours
from bot.domain.errors import StoreError
from bot.domain.os_errors import os_reason
from bot.formats.atomic_file import make_folder, write_private
from bot.formats.registry import writer
from bot.i18n import Message, msg
from bot.services.backup_folder import copies, copy_of, day_of, newest_copy
from bot.services.ports import Clock
from bot.services.workspaces import DEFAULT, Workspaces
from bot.store.backups import check_copy, restore_copy
from bot.store.database import Database
from bot.store.sqlite_database import SqliteDatabase
from bot.store.workspaces import ids_by_name

if TYPE_CHECKING:
    from bot.services.papers.exporting import Exporter

_SETTLED = timedelta(minutes=10)  # after a start, which has more urgent things to do
_RETRY = timedelta(hours=1)  # after a failure
_UNFINISHED = re.compile(r"\.{1,2}(?:dayori|papers)-.*")
_log = structlog.get_logger()


class Backups:
    """Keeps the copies of the last `keep` days in a folder; files of other names there are left alone."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        exporter: Callable[[], Exporter],
        workspaces: Workspaces,
        folder: Path,
        keep: int,
    ) -> None:
        self._database, self._clock, self._zone = database, clock, zone
        self._exporter, self._workspaces = exporter, workspaces
        self._folder, self._keep = folder, keep
        self._next_try = clock() + _SETTLED

    async def run_if_due(self) -> None:
        """Make today's copy if the night has come and there is none; after a failure, try again in an hour."""
        now = self._clock()
        local = now.astimezone(self._zone)
        is_early = local.time() < quiet_hours.START or self._next_try - _RETRY <= now < self._next_try
        if is_early or copy_of(self._folder, f"{local:%Y-%m-%d}").exists():
            return
        self._next_try = now + _RETRY
        await self._run(f"{local:%Y-%m-%d}")

    async def _run(self, day: str) -> None:
        try:
            await asyncio.to_thread(_prepare, self._folder, self._clock())
            await self._export(day)
            await self._copy(copy_of(self._folder, day))
            await asyncio.to_thread(_remove_old, self._folder, self._keep)
        except OSError as error:
            raise StoreError(
                msg('"{file}" cannot be written: {reason}', file=str(self._folder), reason=os_reason(error))
            ) from error
        _log.info("backup made", folder=str(self._folder), day=day)

    async def _export(self, day: str) -> None:
        for name, workspace_id in (await ids_by_name(self._database)).items():
            suffix = "" if name == DEFAULT else "-" + re.sub(r"[^\w.-]+", "_", name)
            write = writer("yaml", await self._workspaces.uuid(workspace_id))
            with write_private(self._folder / f"papers-{day}{suffix}.yaml") as file:
                await self._exporter().write(workspace_id, "", write, file)

    async def _copy(self, target: Path) -> None:
        """Make a copy; only a copy that was checked gets its name, so a damaged database never replaces good copies."""
        unfinished = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            await write_backup(self._database, unfinished)
            await asyncio.to_thread(check_copy, unfinished)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)


async def write_backup(database: Database, target: Path) -> None:
    """Copy a database, as it is at this moment, to a new private SQLite file. Raises StoreError."""
    if isinstance(database, SqliteDatabase):
        await database.backup(target)
        return
    if not target.parent.is_dir():
        raise StoreError(
            msg(
                '"{file}" cannot be written: {reason}',
                file=str(target),
                reason=os_reason(FileNotFoundError(errno.ENOENT, "")),
            )
        )
    from bot.services.store_copies import copy  # no file needs it

    await copy(database.url, f"sqlite+aiosqlite:///{target}", lambda _done, _total: None)


async def restore(copy: Path, database: Path, clock: Clock) -> Path | None:
    """Put a copy in the place of a database that nobody uses; return where the old one is kept, if there was one.

    Raises StoreError when the copy is not whole or is newer than this program.
    """
    await asyncio.to_thread(check_copy, copy)
    return await restore_copy(copy, database, clock())


def restore_hint(folder: Path | None) -> Message:
    """Return how to bring a damaged database back."""
    if folder and (copy := newest_copy(folder)):
        return msg("Bring the last copy back with dayori restore {file}", file=str(copy))
    return msg("There is no copy in backups.folder; dayori restore FILE brings one back that you kept.")


def _prepare(folder: Path, now: datetime) -> None:
    make_folder(folder)
    yesterday = (now - timedelta(days=1)).timestamp()
    for each in folder.iterdir():  # what a killed process left
        if _UNFINISHED.fullmatch(each.name) and each.stat().st_mtime < yesterday:
            each.unlink(missing_ok=True)


def _remove_old(folder: Path, keep: int) -> None:
    days = sorted({day_of(each) for each in copies(folder)})
    for each in list(copies(folder)):
        if day_of(each) in days[:-keep]:
            each.unlink(missing_ok=True)
