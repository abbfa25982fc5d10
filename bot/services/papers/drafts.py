"""Drafts of papers: begun, looked up, kept until they are saved or given up; whose they are and how they look."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.domain.draft import Draft, complete, draft_from, form_of, read_source
from bot.domain.errors import InputError, NotAllowedError, NotFoundError, SourceError, StoreError
from bot.domain.metadata import Metadata
from bot.domain.paper import Paper
from bot.i18n import CommandName, Message, msg
from bot.services.papers.library import find_duplicate
from bot.services.ports import Clock, MetadataFinder
from bot.store import drafts
from bot.store.database import Database
from bot.store.drafts import StoredDraft
from bot.store.papers import columns_of
from bot.store.requests import no_request

_FORM_PATIENCE = 0.5  # seconds that a form waits for its draft to be kept; Discord gives up after three
_MOST_UNWRITTEN = 1000
_log = structlog.get_logger()


@dataclass(slots=True)
class _Unwritten:
    """A draft on its way into the store, unless a newer one has taken its place meanwhile."""

    draft: Draft
    actor: str
    paper: Paper | None
    is_outdated: bool = False


class Drafts:
    """Begins drafts, keeps them and makes papers of them. A draft belongs to who began it (`actor`)."""

    def __init__(self, database: Database, clock: Clock, metadata: MetadataFinder) -> None:
        self._database, self._clock, self._metadata = database, clock, metadata
        self._unwritten: dict[tuple[int, str], _Unwritten] = {}
        self._writing: set[asyncio.Task[None]] = set()
        self._lookups: dict[str, asyncio.Task[tuple[Metadata, Message | None]]] = {}

    async def find_duplicate(self, workspace_id: int, source: str) -> Paper | None:
        """Return the paper that the collection has of that source already. Raises InputError when it is no source."""
        link, ids = read_source(source)
        probe = Paper(id="probe", title=link.url, links=(link,), identifiers=ids)
        async with self._database.read() as connection:
            return await find_duplicate(connection, workspace_id, probe)

    async def keep(self, workspace_id: int, token: str, draft: Draft, actor: str, paper: Paper | None = None) -> None:
        """Keep a draft, with the finished paper where that is shown. Raises NotFoundError when it has been used."""
        await self.keep_all(workspace_id, {token: draft}, actor, paper)

    async def keep_all(
        self, workspace_id: int, begun: Mapping[str, Draft], actor: str, paper: Paper | None = None
    ) -> None:
        """Keep several drafts by their tokens: all of them or none."""
        entries = {token: self._note(workspace_id, token, draft, actor, paper) for token, draft in begun.items()}
        try:
            await self._write(workspace_id, entries)
        except StoreError:
            raise  # it stays in memory
        except BaseException:
            self._forget(workspace_id, entries)
            raise

    async def begin(self, workspace_id: int, token: str, draft: Draft, actor: str, paper: Paper | None = None) -> None:
        """Keep a draft before its form opens; where writing has to wait for others, it is kept in memory until then."""
        entries = {token: self._note(workspace_id, token, draft, actor, paper)}
        task = asyncio.create_task(self._write_soon(workspace_id, entries))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        await asyncio.wait((task,), timeout=_FORM_PATIENCE)
        if task.done():
            task.result()
        else:
            task.add_done_callback(lambda task: task.cancelled() or task.exception())  # another process keeps it

    def start_lookup(self, source: str, by: str = "") -> None:
        """Look up meanwhile what a source tells of its paper, so that it is there when the form comes back."""
        if source not in self._lookups:
            with no_request():
                self._lookups[source] = asyncio.create_task(self._found(source, by))
            self._lookups[source].add_done_callback(lambda _: self._lookups.pop(source, None))

    async def close(self) -> None:
        """Ask no more; what was being asked is given up."""
        tasks: list[asyncio.Task[Any]] = [*self._lookups.values(), *self._writing]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def is_ready(self, source: str) -> bool:
        """Tell whether what a source tells is at hand, without the network."""
        return source not in self._lookups and await self._metadata.cached(source) is not None

    async def look_up(self, source: str) -> tuple[Metadata, Message | None]:
        """Return what a source tells of its paper, and what went wrong in asking it."""
        return await self._found(source)

    async def complete(self, draft: Draft, by: str = "") -> Paper:
        """Return the paper of a draft, with what its source tells where the draft leaves it open.

        Raises InputError when something in it cannot be used, or its title is known from nowhere.
        """
        looking = self._lookups.get(draft.source)
        found, problem = await (asyncio.shield(looking) if looking else self._found(draft.source, by))
        if problem and not draft.title.strip():
            raise InputError(msg("{problem} Type the title, and the paper can be added all the same.", problem=problem))
        return complete(draft, found)

    async def _found(self, source: str, by: str = "") -> tuple[Metadata, Message | None]:
        try:
            return await self._metadata.look_up(source, by), None
        except SourceError as error:
            return Metadata(), error.message

    async def get(self, workspace_id: int, token: str, actor: str) -> tuple[Draft, Paper | None]:
        """Return a kept draft and the paper that was shown of it.

        Raises NotFoundError when it is gone or used, NotAllowedError when it is another person's.
        """
        if entry := self._unwritten.get((workspace_id, token)):
            kept: StoredDraft | None = StoredDraft(form_of(entry.draft), entry.actor, entry.paper, None)
        else:
            async with self._database.read() as connection:
                kept = await drafts.get(connection, workspace_id, token)
        mine = require_own(kept, actor)
        if mine.outcome is not None:
            raise used_error() if mine.outcome else gone_error()
        return draft_from(mine.form), mine.paper

    async def give_up(self, workspace_id: int, token: str, actor: str) -> None:
        """Forget a draft. Raises NotFoundError when it has been saved."""
        async with self._database.write() as connection:
            kept = require_own(await drafts.get(connection, workspace_id, token), actor)
            if kept.outcome:
                raise used_error()
            await drafts.finish(connection, workspace_id, token, {})

    def _note(self, workspace_id: int, token: str, draft: Draft, actor: str, paper: Paper | None) -> _Unwritten:
        while len(self._unwritten) >= _MOST_UNWRITTEN:
            self._unwritten.pop(next(iter(self._unwritten)))
        if before := self._unwritten.get((workspace_id, token)):
            before.is_outdated = True
        entry = self._unwritten[workspace_id, token] = _Unwritten(draft, actor, paper)
        return entry

    def _forget(self, workspace_id: int, entries: Mapping[str, _Unwritten]) -> None:
        for token, entry in entries.items():
            if self._unwritten.get((workspace_id, token)) is entry:
                del self._unwritten[workspace_id, token]

    async def _write(self, workspace_id: int, entries: Mapping[str, _Unwritten]) -> None:
        async with self._database.write() as connection:
            for token, entry in entries.items():
                values = (form_of(entry.draft), self._clock(), entry.actor, entry.paper)
                if not (entry.is_outdated or await drafts.save(connection, workspace_id, token, *values)):
                    raise used_error()
        self._forget(workspace_id, entries)

    async def _write_soon(self, workspace_id: int, entries: Mapping[str, _Unwritten]) -> None:
        try:
            await self._write(workspace_id, entries)
        except StoreError as error:
            _log.warning("a draft is kept in memory only", reason=str(error))


def require_own(kept: StoredDraft | None, actor: str) -> StoredDraft:
    """Return a draft that is there and this person's. Raises NotFoundError and NotAllowedError."""
    if kept is None:
        raise gone_error()
    if kept.actor not in (None, actor):
        raise NotAllowedError(
            msg("This draft is another person's; begin your own with {command}.", command=CommandName("addpaper"))
        )
    return kept


def gone_error() -> NotFoundError:
    """Return the error that says that a draft is no longer there."""
    return NotFoundError(
        msg("This draft is no longer kept; start again with {command}.", command=CommandName("addpaper"))
    )


def used_error() -> NotFoundError:
    """Return the error that says that a draft has become a paper or a proposal."""
    return NotFoundError(msg("This draft has been saved already."))


def fingerprint(draft: Draft, paper: Paper | None) -> str:
    """Return a short hash of a draft's look: a button that carries it saves what was shown beside it, or nothing."""
    content = [form_of(draft), columns_of(paper) if paper else None]
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=6).hexdigest()
