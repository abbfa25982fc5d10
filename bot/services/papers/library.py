"""Everything that changes the collection; each change is written with its index and its history in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import structlog

from bot.domain.errors import ConflictError, NotFoundError, StaleError
from bot.domain.history import Change, Step
from bot.domain.paper import Columns, Paper, identity_keys, link_keys, title_key, with_id
from bot.i18n import msg
from bot.services.ports import Clock
from bot.store import history, imports, papers
from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.papers import columns_of
from bot.store.search_index.index_worker import HERE, Builders
from bot.store.search_index.maintenance import index_papers, unindex_papers

_log = structlog.get_logger()


class Addition(NamedTuple):
    """The result of an addition: the new paper with the change that added it, or the one that was already there."""

    paper: Paper
    is_new: bool
    change_id: int | None = None


class Write(NamedTuple):
    """A write of one paper: `number` is that of the existing paper, `after` its new version.

    `number` is None when the paper is added, `after` when it is removed.
    """

    paper_id: str
    number: int | None
    after: Columns | None


class Author(NamedTuple):
    """Who changes the collection: a display name, and the person's unique id on their platform."""

    name: str | None
    actor: str | None


class Library:
    """The only service that writes the collection."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def add(
        self, workspace_id: int, paper: Paper, by: str | None, *, actor: str | None = None, id_is_chosen: bool = False
    ) -> Addition:
        """Add a paper, or return the one of the same work if the collection has it.

        Raises ConflictError when a chosen id belongs to another paper; a generated id gets a number instead.
        """
        async with self._database.write() as connection:
            author = Author(by, actor)
            return await add_paper(connection, workspace_id, paper, author, self._clock(), id_is_chosen=id_is_chosen)

    async def edit(
        self,
        workspace_id: int,
        id: str,
        by: str | None,
        change_paper: Callable[[Paper], Paper],
        *,
        actor: str | None = None,
        seen: datetime | None = None,
    ) -> Paper:
        """Change a paper and return its new version; `seen` is the `updated_at` of the version that the person saw.

        Raises NotFoundError, StaleError when somebody changed it since that version, and ConflictError when the change
        would give it another paper's id.
        """
        async with self._database.write() as connection:
            author = Author(by, actor)
            return await edit_paper(connection, workspace_id, id, change_paper, author, self._clock(), seen)

    async def remove(self, workspace_id: int, id: str, by: str | None, *, actor: str | None = None) -> Paper:
        """Remove a paper and return its last version; an undo restores it. Raises NotFoundError."""
        async with self._database.write() as connection:
            number, old = await _existing(connection, workspace_id, id)
            change = await history.open_change(connection, workspace_id, "remove", self._clock(), by, actor)
            await write_papers(connection, workspace_id, change, [Write(id, number, None)])
        _log.info("paper removed", paper=id, by=actor or by, workspace=workspace_id)
        return old

    async def history(self, workspace_id: int, id: str | None = None, limit: int = 20) -> list[tuple[Change, Step]]:
        """Return the history of one paper or of all, newest first."""
        async with self._database.read() as connection:
            return await history.newest_first(connection, workspace_id, id, limit)

    async def last_step(self) -> int:
        """Return the number of the last step in the history of all collections, 0 before the first."""
        async with self._database.read() as connection:
            return await imports.last_step(connection)


def work_keys(paper: Paper) -> Sequence[str]:
    """Return the keys that identify a paper's work: its ids, or title and first link if it has no ids."""
    return identity_keys(paper) or (title_key(paper.title), *link_keys(paper)[:1])


async def find_duplicate(connection: StoreConnection, workspace_id: int, paper: Paper) -> Paper | None:
    """Return the collection's paper of the same work: by ids, or by title and link for a paper without ids."""
    holders = await papers.by_keys(connection, workspace_id, work_keys(paper))
    id = next((holders[key] for key in (identity_keys(paper) or holders) if key in holders), None)
    if id is None:
        return None
    return (await papers.by_ids(connection, workspace_id, [id]))[id][1]


async def find_same_title(connection: StoreConnection, workspace_id: int, paper: Paper) -> Paper | None:
    """Return a paper of the same title with other ids; it may or may not be the same work."""
    holders = await papers.by_keys(connection, workspace_id, [title_key(paper.title)])
    rows = await papers.by_ids(connection, workspace_id, holders.values())
    own_keys = set(identity_keys(paper))
    return next((other for _, other in rows.values() if not own_keys & set(identity_keys(other))), None)


async def add_paper(
    connection: StoreConnection,
    workspace_id: int,
    paper: Paper,
    author: Author,
    now: datetime,
    *,
    id_is_chosen: bool = False,
) -> Addition:
    """Add a paper in the caller's transaction, or return the one of the same work if the collection has it.

    Raises ConflictError when a chosen id belongs to another paper.
    """
    if duplicate := await find_duplicate(connection, workspace_id, paper):
        return Addition(duplicate, is_new=False)
    paper = await _with_free_id(connection, workspace_id, paper, id_is_chosen)
    paper = papers.with_bookkeeping(paper, added_at=now, updated_at=now, added_by=author.name)
    change = await history.open_change(connection, workspace_id, "add", now, author.name, author.actor)
    await write_papers(connection, workspace_id, change, [Write(paper.id, None, columns_of(paper))])
    _log.info("paper added", paper=paper.id, by=author.actor or author.name, workspace=workspace_id)
    return Addition(paper, is_new=True, change_id=change)


async def edit_paper(
    connection: StoreConnection,
    workspace_id: int,
    id: str,
    change_paper: Callable[[Paper], Paper],
    author: Author,
    now: datetime,
    seen: datetime | None = None,
) -> Paper:
    """Change a paper in the caller's transaction; raises what `Library.edit` raises, before anything is written."""
    number, old = await _existing(connection, workspace_id, id)
    if seen and seen != old.updated_at:
        raise StaleError(msg('"{id}" was changed by somebody else meanwhile.', id=id))
    new = replace(change_paper(old), id=old.id, added_at=old.added_at, added_by=old.added_by, updates=old.updates)
    new = replace(new, updated_at=now)
    if new.content == old.content:
        return old
    if new_keys := set(identity_keys(new)) - set(identity_keys(old)):
        await refuse_shared_keys(connection, workspace_id, dict.fromkeys(new_keys, id))
    change = await history.open_change(connection, workspace_id, "edit", now, author.name, author.actor)
    await write_papers(connection, workspace_id, change, [Write(id, number, columns_of(new))])
    _log.info("paper edited", paper=id, by=author.actor or author.name, workspace=workspace_id)
    return new


async def write_papers(
    connection: StoreConnection, workspace_id: int, change: int, writes: Sequence[Write], builders: Builders = HERE
) -> None:
    """Write papers with their keys, their index and their history; in the caller's transaction."""
    updates = {each.number: each.after for each in writes if each.number is not None}
    rows = [{**after, "number": number} for number, after in updates.items() if after]
    new = [each.after for each in writes if each.after and each.number is None]
    await history.record(connection, workspace_id, change, [each.paper_id for each in writes])
    await unindex_papers(connection, workspace_id, list(updates), builders.removed)
    await papers.remove(connection, workspace_id, [number for number, after in updates.items() if after is None])
    await papers.replace_all(connection, workspace_id, rows)
    await papers.add(connection, workspace_id, new)
    await index_papers(connection, workspace_id, (*rows, *new), builders.added)


async def _existing(connection: StoreConnection, workspace_id: int, id: str) -> tuple[int, Paper]:
    rows = await papers.by_ids(connection, workspace_id, [id])
    if id not in rows:
        raise NotFoundError(msg('No paper has the id "{id}".', id=id[:80]))
    return rows[id]


async def _with_free_id(connection: StoreConnection, workspace_id: int, paper: Paper, is_chosen: bool) -> Paper:
    ids = [paper.id, *(f"{paper.id}-{n}" for n in range(2, 100))]
    holders = await papers.by_ids(connection, workspace_id, ids[:1] if is_chosen else ids)
    if is_chosen and holders:
        raise ConflictError(
            msg('The id "{id}" belongs to another paper: {title}', id=paper.id, title=holders[paper.id][1].title)
        )
    return with_id(paper, next(id for id in ids if id not in holders))


async def shared_keys(connection: StoreConnection, workspace_id: int, owners: dict[str, str]) -> dict[str, str]:
    """Return those of the keys, given as {key: paper id}, that belong to other papers, as {key: id of the other}."""
    holders = await papers.by_keys(connection, workspace_id, owners)
    return {key: id for key, id in holders.items() if id not in owners.values()}


async def refuse_shared_keys(connection: StoreConnection, workspace_id: int, owners: dict[str, str]) -> None:
    """Raise ConflictError if keys, given as {key: paper id}, belong to papers other than these."""
    for key, id in (await shared_keys(connection, workspace_id, owners)).items():
        raise ConflictError(msg("{key} belongs to another paper already: {id}", key=key, id=id))
