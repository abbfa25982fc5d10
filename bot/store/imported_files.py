"""The content hash of each imported file, so that an unchanged file is not parsed again at every start."""

from __future__ import annotations

from sqlalchemy import select

from bot.store.connection import StoreConnection
from bot.store.dialect import upsert
from bot.store.schema import imported_files


async def last_hash(connection: StoreConnection, workspace_id: int, path: str) -> str | None:
    """Return the hash that the file's bytes had at its last import."""
    query = select(imported_files.c.hash).where(
        imported_files.c.workspace_id == workspace_id, imported_files.c.path == path
    )
    return (await connection.execute(query)).scalar()


async def note_hash(connection: StoreConnection, workspace_id: int, path: str, hash: str) -> None:
    """Record the hash of an imported file."""
    new = upsert(imported_files).values(workspace_id=workspace_id, path=path, hash=hash)
    statement = new.on_conflict_do_update(index_elements=["workspace_id", "path"], set_={"hash": hash})
    await connection.execute(statement)
