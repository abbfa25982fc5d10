"""The content hash that a file last had for each paper, to tell edits of the file from edits in the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import delete, func, select

from bot.domain.paper import Columns, Paper, hashable
from bot.store.connection import StoreConnection
from bot.store.database import batched
from bot.store.dialect import upsert
from bot.store.papers import columns_of
from bot.store.schema import changes, history, imported_papers, papers
from bot.store.state import read_state, write_state

_BOOKKEEPING = ("number", "added_at", "added_by", "updated_at", "updates")
# Fields hashed even when empty, as in stored hashes; a field added later is hashed only if it has a value.
_FIRST_FIELDS = (
    "id",
    "headline",
    "title",
    "date",
    "comment",
    "excerpt",
    "organization",
    "authors",
    "links",
    "tags",
    "identifiers",
)


def content_hash(paper: Paper) -> str:
    """Return a hash of a paper's content, without its bookkeeping."""
    return hash_of(columns_of(paper))


def hash_of(columns: Columns) -> str:
    """Return the content hash of a paper given as columns."""
    content = {name: value for name, value in hashable(columns).items() if name not in _BOOKKEEPING}
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


async def last_hashes(connection: StoreConnection, workspace_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Return the content hash that a file last had for each of the ids."""
    query = select(imported_papers.c.id, imported_papers.c.content_hash).where(
        imported_papers.c.workspace_id == workspace_id, imported_papers.c.id.in_(ids)
    )
    return dict(map(tuple, await connection.execute(query)))


async def save_hashes(connection: StoreConnection, workspace_id: int, hashes: Mapping[str, str]) -> None:
    """Record the content hashes that a file has now."""
    new = upsert(imported_papers)
    values = {"content_hash": new.excluded.content_hash}
    statement = new.on_conflict_do_update(index_elements=["workspace_id", "id"], set_=values)
    for batch in batched(list(hashes.items())):
        rows = [{"workspace_id": workspace_id, "id": id, "content_hash": value} for id, value in batch]
        await connection.execute(statement, rows)


async def restore_hashes(connection: StoreConnection, workspace_id: int, papers: Mapping[str, Columns | None]) -> None:
    """Record the hashes of papers, given by id, as those of the file, and delete the hashes of papers that are None."""
    await save_hashes(connection, workspace_id, {id: hash_of(columns) for id, columns in papers.items() if columns})
    for batch in batched([id for id, columns in papers.items() if not columns]):
        conditions = (imported_papers.c.workspace_id == workspace_id, imported_papers.c.id.in_(batch))
        await connection.execute(delete(imported_papers).where(*conditions))


@dataclass(slots=True)
class SyncState:
    """The state of a synced file and the collection at their last sync.

    `hashes` are the content hashes by paper id, `step` is the last step of the history that the file contains, `open`
    are the papers in conflict, and `hash` is that of the file's bytes.
    """

    hashes: dict[str, str]
    step: int = 0
    open: list[str] = field(default_factory=list)
    hash: str = ""


async def sync_state(connection: StoreConnection, workspace_id: int, path: str) -> SyncState | None:
    """Return the state of a synced file; None if it was never synced."""
    text = await read_state(connection, _sync_state_key(workspace_id, path))
    return SyncState(**json.loads(text)) if text else None


async def save_sync_state(connection: StoreConnection, workspace_id: int, path: str, state: SyncState) -> None:
    """Record the state of a synced file."""
    await write_state(connection, _sync_state_key(workspace_id, path), json.dumps(asdict(state)))


async def newest_change(connection: StoreConnection, workspace_id: int) -> int:
    """Return the id of the newest change of the collection, 0 before the first."""
    query = select(func.max(changes.c.id)).where(changes.c.workspace_id == workspace_id)
    return (await connection.execute(query)).scalar() or 0


async def last_step(connection: StoreConnection) -> int:
    """Return the id of the last step in the history, 0 before the first.

    It tells more than the last change: a change may add its steps in several transactions.
    """
    return (await connection.execute(select(func.max(history.c.id)))).scalar() or 0


async def changed_since(connection: StoreConnection, workspace_id: int, step: int) -> list[str]:
    """Return the ids of the papers that later steps changed."""
    query = select(history.c.paper_id).distinct().where(history.c.workspace_id == workspace_id, history.c.id > step)
    return list(await connection.scalars(query))


async def all_ids(connection: StoreConnection, workspace_id: int) -> list[str]:
    """Return the ids of all papers."""
    return list(await connection.scalars(select(papers.c.id).where(papers.c.workspace_id == workspace_id)))


def _sync_state_key(workspace_id: int, path: str) -> str:
    return f"mirror:{workspace_id}:{path}"
