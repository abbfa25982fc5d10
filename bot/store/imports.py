"""What a file last said of each paper, so that an edit of the file can be told from an edit in the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.paper import Paper
from bot.store.papers import columns_of
from bot.store.schema import imported_papers

_BOOKKEEPING = ("added_at", "added_by", "updated_at")


def content_hash(paper: Paper) -> str:
    """Return a hash of what people wrote of the paper: equal content, equal hash."""
    columns = {name: value for name, value in columns_of(paper).items() if name not in _BOOKKEEPING}
    return hashlib.blake2b(json.dumps(columns, sort_keys=True).encode(), digest_size=16).hexdigest()


async def last_said(connection: AsyncConnection, workspace_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Return the content hash that a file last had for each of the ids."""
    query = select(imported_papers.c.id, imported_papers.c.content_hash).where(
        imported_papers.c.workspace_id == workspace_id, imported_papers.c.id.in_(ids)
    )
    return dict(map(tuple, await connection.execute(query)))


async def note_said(connection: AsyncConnection, workspace_id: int, said: Mapping[str, str]) -> None:
    """Note the content hashes that a file has now."""
    rows = [{"workspace_id": workspace_id, "id": id, "content_hash": value} for id, value in said.items()]
    if rows:
        statement = upsert(imported_papers)
        replaced = {"content_hash": statement.excluded.content_hash}
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["workspace_id", "id"], set_=replaced), rows
        )
