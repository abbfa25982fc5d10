"""Drafts of papers: start, complete with metadata, store, and discard them."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.domain.draft import Draft, complete, draft_from, form_of
from bot.domain.errors import InputError, SourceError, StoreError
from bot.domain.metadata import Metadata
from bot.domain.paper import Paper, hashable
from bot.domain.request import no_request
from bot.i18n import Message, msg
from bot.services.draft_access import gone_error, require_own, used_error
from bot.services.ports import Clock, MetadataFinder
from bot.store import drafts
from bot.store.database import Database
from bot.store.drafts import StoredDraft
from bot.store.papers import columns_of

_FORM_PATIENCE = 0.5  # seconds that a form waits for its draft to be stored; Discord waits three for an answer
_MOST_PENDING = 1000
_log = structlog.get_logger()


@dataclass(slots=True)
class _PendingDraft:
    """A draft that is not stored yet, unless a newer one has replaced it."""

    draft: Draft
    actor: str
    paper: Paper | None
    is_outdated: bool = False


class Drafts:
    """Stores drafts and completes them to papers. A draft belongs to the person who started it (`actor`)."""

    def __init__(self, database: Database, clock: Clock, metadata: MetadataFinder) -> None:
        self._database, self._clock, self._metadata = database, clock, metadata
        self._pending: dict[tuple[int, str], _PendingDraft] = {}
        self._writing: set[asyncio.Task[None]] = set()
        self._lookups: dict[str, asyncio.Task[tuple[Metadata, Message | None]]] = {}

    async def save(self, workspace_id: int, token: str, draft: Draft, actor: str, paper: Paper | None = None) -> None:
        """Store a draft, with the finished paper if that is shown. Raises NotFoundError if the draft has been used."""
        await self.save_all(workspace_id, {token: draft}, actor, paper)

    async def save_all(
        self, workspace_id: int, new_drafts: Mapping[str, Draft], actor: str, paper: Paper | None = None
    ) -> None:
        """Store several drafts by their tokens: all of them or none."""
        entries = {
            token: self._remember(workspace_id, token, draft, actor, paper) for token, draft in new_drafts.items()
        }
        try:
            await self._write(workspace_id, entries)
        except StoreError:
            raise  # the entries stay in memory
        except BaseException:
            self._forget(workspace_id, entries)
            raise

    async def begin(self, workspace_id: int, token: str, draft: Draft, actor: str, paper: Paper | None = None) -> None:
        """Store a draft before its form opens; if the database is busy, keep it in memory until it can be written."""
        entries = {token: self._remember(workspace_id, token, draft, actor, paper)}
        task = asyncio.create_task(self._write_soon(workspace_id, entries))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        await asyncio.wait((task,), timeout=_FORM_PATIENCE)
        if task.done():
            task.result()
        else:
            # marks the exception as retrieved, or asyncio would log it
            task.add_done_callback(lambda task: task.cancelled() or task.exception())

    def start_lookup(self, source: str, by: str = "") -> None:
        """Start looking up a source's metadata, so that they are ready when the form comes back."""
        if source not in self._lookups:
            with no_request():
                self._lookups[source] = asyncio.create_task(self._metadata_of(source, by))
            self._lookups[source].add_done_callback(lambda _: self._lookups.pop(source, None))

    async def close(self) -> None:
        """Cancel running look-ups and writes."""
        tasks: list[asyncio.Task[Any]] = [*self._lookups.values(), *self._writing]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def is_ready(self, source: str) -> bool:
        """Return whether a source's metadata is available without the network."""
        return source not in self._lookups and await self._metadata.cached(source) is not None

    async def look_up(self, source: str) -> tuple[Metadata, Message | None]:
        """Return a source's metadata, and what went wrong in looking it up."""
        return await self._metadata_of(source)

    async def complete(self, draft: Draft, by: str = "") -> Paper:
        """Return the draft's paper, its open fields filled with the source's metadata.

        Raises InputError when a field is invalid, or neither the draft nor the source has a title.
        """
        lookup = self._lookups.get(draft.source)
        metadata, problem = await (asyncio.shield(lookup) if lookup else self._metadata_of(draft.source, by))
        if problem and not draft.title.strip():
            raise InputError(msg("{problem} Type the title, and the paper can be added all the same.", problem=problem))
        return complete(draft, metadata)

    async def _metadata_of(self, source: str, by: str = "") -> tuple[Metadata, Message | None]:
        try:
            return await self._metadata.look_up(source, by), None
        except SourceError as error:
            return Metadata(), error.message

    async def get(self, workspace_id: int, token: str, actor: str) -> tuple[Draft, Paper | None]:
        """Return a stored draft and the paper that was shown for it.

        Raises NotFoundError when it is gone or used, NotAllowedError when it belongs to another person.
        """
        if entry := self._pending.get((workspace_id, token)):
            stored: StoredDraft | None = StoredDraft(form_of(entry.draft), entry.actor, entry.paper, None)
        else:
            async with self._database.read() as connection:
                stored = await drafts.get(connection, workspace_id, token)
        stored = require_own(stored, actor)
        if stored.outcome is not None:
            raise used_error() if stored.outcome else gone_error()
        return draft_from(stored.form), stored.paper

    async def discard(self, workspace_id: int, token: str, actor: str) -> None:
        """Discard a draft. Raises NotFoundError when it has been saved."""
        async with self._database.write() as connection:
            stored = require_own(await drafts.get(connection, workspace_id, token), actor)
            if stored.outcome:
                raise used_error()
            await drafts.save_outcome(connection, workspace_id, token, {})

    def _remember(self, workspace_id: int, token: str, draft: Draft, actor: str, paper: Paper | None) -> _PendingDraft:
        while len(self._pending) >= _MOST_PENDING:
            self._pending.pop(next(iter(self._pending)))
        if before := self._pending.get((workspace_id, token)):
            before.is_outdated = True
        entry = self._pending[workspace_id, token] = _PendingDraft(draft, actor, paper)
        return entry

    def _forget(self, workspace_id: int, entries: Mapping[str, _PendingDraft]) -> None:
        for token, entry in entries.items():
            if self._pending.get((workspace_id, token)) is entry:
                del self._pending[workspace_id, token]

    async def _write(self, workspace_id: int, entries: Mapping[str, _PendingDraft]) -> None:
        async with self._database.write() as connection:
            for token, entry in entries.items():
                values = (form_of(entry.draft), self._clock(), entry.actor, entry.paper)
                if not (entry.is_outdated or await drafts.save(connection, workspace_id, token, *values)):
                    raise used_error()
        self._forget(workspace_id, entries)

    async def _write_soon(self, workspace_id: int, entries: Mapping[str, _PendingDraft]) -> None:
        try:
            await self._write(workspace_id, entries)
        except StoreError as error:
            _log.warning("a draft is kept in memory only", reason=str(error))


def fingerprint(draft: Draft, paper: Paper | None) -> str:
    """Return a short hash of a draft and its paper: a button that carries it saves only what was shown."""
    content = [hashable(form_of(draft)), hashable(columns_of(paper)) if paper else None]
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=6).hexdigest()
