"""Imports papers from a file: decides what is new, what the file changed, and what both sides changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from bot.domain.dates import PaperDate
from bot.domain.errors import LostStoreError
from bot.domain.paper import FIELD_NAMES, Columns, Paper, identity_keys, link_keys, person_name, title_key
from bot.domain.text import similar_name
from bot.i18n import Message, msg
from bot.services.papers.library import Write, write_papers
from bot.services.ports import Clock, Progress
from bot.store import history, imports, papers
from bot.store.connection import StoreConnection
from bot.store.database import Database, batched, iso
from bot.store.papers import columns_of, updates_columns
from bot.store.search_index.index_worker import Builders, row_builder
from bot.store.search_index.maintenance import optimize

_log = structlog.get_logger()
_BATCH = 1000
_MANY = 1000  # additions after which optimizing the search index pays


@dataclass(slots=True)
class ImportReport:
    """What an import did, by paper id; conflicts are left unchanged, each with its reason.

    `headings` names the paper of each id, `changes` the fields that an update changes, and `removed` the papers that
    stay away because they were removed from the collection.
    """

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    conflicts: list[tuple[str, Message]] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    changes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)


class Importer:
    """Imports a file's papers batch by batch; an interrupted run can simply be repeated."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def run(
        self,
        workspace_id: int,
        entries: Sequence[Paper],
        by: str | None,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
        last_hashes: Mapping[str, str] | None = None,
        duplicates: bool = False,
        restore: bool = False,
    ) -> ImportReport:
        """Import a file's papers; with `dry_run`, only report what would be done.

        `last_hashes` are the content hashes that this very file last had, by id; without it, those that any file last
        had. With `duplicates`, a paper without ids is added although one of its title exists; with `restore`, a paper
        that was removed from the collection comes back.
        """
        report, change, now = ImportReport(), None, self._clock()
        async with self._database.read() as connection:
            is_first = not await imports.newest_change(connection, workspace_id)
        ordered = _in_order_of_addition(entries, now)
        async with row_builder(workspace_id, _rows(ordered), 0 if dry_run else len(ordered)) as builder:
            done = 0
            for batch in batched(ordered, _BATCH):
                decisions = _Decisions(now, report, last_hashes, duplicates, restore, is_first)
                if dry_run:
                    async with self._database.read() as connection:
                        await decisions.decide_all(connection, workspace_id, batch)
                else:
                    change = await self._write(workspace_id, batch, by, change, decisions, Builders(builder))
                done += len(batch)
                if progress:
                    progress(done, len(ordered))
                await asyncio.sleep(0)
        if not dry_run:
            await self._finish(workspace_id, by, report)
        return report

    async def _write(
        self,
        workspace_id: int,
        entries: Sequence[Paper],
        by: str | None,
        change: int | None,
        decisions: _Decisions,
        builders: Builders,
    ) -> int | None:
        """Write some entries in one transaction; return the change that they belong to, if any."""
        async with self._database.write() as connection:
            await decisions.decide_all(connection, workspace_id, entries)
            if decisions.writes:
                change = change or await history.open_change(connection, workspace_id, "import", decisions.now, by)
                await write_papers(connection, workspace_id, change, decisions.writes, builders)
            await imports.save_hashes(connection, workspace_id, decisions.new_hashes)
        return change

    async def _finish(self, workspace_id: int, by: str | None, report: ImportReport) -> None:
        if report.added or report.updated or report.conflicts:
            counts = {name: len(getattr(report, name)) for name in ("added", "updated", "unchanged", "conflicts")}
            _log.info("imported", workspace=workspace_id, by=by, **counts)
        if len(report.added) > _MANY:
            with suppress(LostStoreError):  # all papers are there; the server itself merges what they leave behind
                await optimize(self._database)


@dataclass(slots=True)
class _Decisions:
    """Decides on the entries of a transaction: `writes` is to be done, `new_hashes` are of what the file says."""

    now: datetime
    report: ImportReport
    last_hashes: Mapping[str, str] | None
    duplicates: bool
    restore: bool
    is_first: bool
    holders: dict[tuple[str, str], str] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    new_hashes: dict[str, str] = field(default_factory=dict)

    async def decide_all(self, connection: StoreConnection, workspace_id: int, entries: Sequence[Paper]) -> None:
        """Decide on every entry."""
        for batch in batched(entries):
            ids = [entry.id for entry in batch]
            rows = await papers.by_ids(connection, workspace_id, ids)
            before = (
                self.last_hashes
                if self.last_hashes is not None
                else await imports.last_hashes(connection, workspace_id, ids)
            )
            keys = [key for entry in batch for key in identity_keys(entry)]
            self.holders = await papers.works(connection, workspace_id, keys) | self.holders
            new = [] if self.duplicates else [entry for entry in batch if entry.id not in rows]
            same_titles = await _same_titles(connection, workspace_id, new)
            for entry in batch:
                number, old = rows.get(entry.id, (0, None))
                same_title = None if old else same_titles.get(title_key(entry.title))
                self._decide(entry, number, old, before.get(entry.id), same_title)

    def _decide(
        self, entry: Paper, number: int, old: Paper | None, before: str | None, same_title: Paper | None
    ) -> None:
        """Decide on one entry: `old` is the stored paper, `before` the hash that a file last had."""
        columns = columns_of(entry)
        new_hash = imports.hash_of(columns)
        stored_hash = imports.content_hash(old) if old else None
        self.report.headings[entry.id] = entry.heading
        if before and old is None:
            if self.restore:
                before = None
            else:
                self.report.removed.append(entry.id)
        if new_hash in (stored_hash, before):
            self.report.unchanged.append(entry.id)
        elif conflict := self._conflict(entry, old, stored_hash, before, same_title):
            self.report.conflicts.append((entry.id, conflict))
            return
        else:
            (self.report.updated if old else self.report.added).append(entry.id)
            if old:
                self.report.changes[entry.id] = _changed_fields(columns_of(old), columns)
            self.holders |= dict.fromkeys(_works_of(entry), entry.id)
            self.writes.append(self._write(entry, columns, number, old))
        self.new_hashes[entry.id] = new_hash

    def _conflict(
        self, entry: Paper, old: Paper | None, stored_hash: str | None, before: str | None, same_title: Paper | None
    ) -> Message | None:
        """Return why an entry that differs from the stored paper must not replace it or be added; None if it may."""
        if stored_hash != before:
            if stored_hash and before:
                return msg("it was changed both here and in the file")
            if before:
                return msg("it was removed here and changed in the file")
            return msg("another paper has this id here")
        if old and self.last_hashes is None and _is_other_work(old, entry):
            return msg("another paper has this id here")
        works = _works_of(entry)
        if holder := next((self.holders[work] for work in works if self.holders.get(work, entry.id) != entry.id), None):
            return msg('it is in the collection already, as "{id}"', id=holder)
        # without ids, only the title shows that the paper exists already
        if same_title and not (works and identity_keys(same_title)):
            return msg('a paper of this title is in the collection already, as "{id}"', id=same_title.id)
        return None

    def _write(self, entry: Paper, columns: Columns, number: int, old: Paper | None) -> Write:
        """Return how the stored paper, if any, becomes what the file says."""
        added, by = (old.added_at, old.added_by) if old else (entry.added_at, entry.added_by)
        after = {
            **columns,
            "added_at": iso(added or self.now),
            "updated_at": iso(self.now if old else self._last_edit(entry)),
            "added_by": person_name(by),
            "updates": updates_columns(old.updates) if old else columns["updates"],
        }
        return Write(entry.id, number if old else None, after)

    def _last_edit(self, entry: Paper) -> datetime:
        """Return when a new paper was last edited, as far as the file knows: an import is no edit.

        The first import of a collection tells nothing of when a paper was added either, since CI imports all of them
        with each build of a site; there the paper's own date stands in, so that its feed stays as it was.
        """
        known = entry.updated_at or entry.added_at or (_beginning(entry.date) if self.is_first else self.now)
        return min(known, self.now)


def _in_order_of_addition(entries: Sequence[Paper], now: datetime) -> list[Paper]:
    """Return a file's papers in the order in which they get their numbers.

    Of papers added at the same time, the one with the older date comes first, then the lower one in the file, since
    files begin with the newest.
    """
    ordered = list(reversed(entries))
    ordered.sort(key=lambda entry: (entry.added_at or now, str(entry.date or "")))
    return ordered


def _is_other_work(old: Paper, entry: Paper) -> bool:
    """Return whether papers of one id have neither a similar title nor an id or a link in common.

    Several people's bibliographies have a `smith2023`.
    """
    title, keys = title_key(old.title), {*identity_keys(old), *link_keys(old)}
    is_shared = not keys.isdisjoint((*identity_keys(entry), *link_keys(entry)))
    return not is_shared and similar_name(title_key(entry.title), [title]) is None


def _works_of(entry: Paper) -> list[tuple[str, str]]:
    """Return what identifies an entry's work: each of its ids together with its title."""
    return [(key, title_key(entry.title)) for key in identity_keys(entry)]


def _beginning(date: PaperDate | None) -> datetime:
    """Return the first moment of a paper's date; one that is the same every time where there is none."""
    return datetime(date.year, date.month or 1, date.day or 1, tzinfo=UTC) if date else datetime(1970, 1, 1, tzinfo=UTC)


async def _rows(entries: Sequence[Paper]) -> AsyncIterator[list[Columns]]:
    for batch in batched(entries, 100):
        yield [columns_of(entry) for entry in batch]


async def _same_titles(connection: StoreConnection, workspace_id: int, entries: Sequence[Paper]) -> dict[str, Paper]:
    """Return the papers that share a title with one of these entries, as {title key: paper}."""
    holders = await papers.by_keys(connection, workspace_id, [title_key(entry.title) for entry in entries])
    rows = await papers.by_ids(connection, workspace_id, set(holders.values()))
    return {key: rows[id][1] for key, id in holders.items()}


def _changed_fields(before: Columns, after: Columns) -> tuple[str, ...]:
    return tuple(name for name in FIELD_NAMES if before[name] != after[name])
