"""Small facts that a process leaves for the next one: the last tick, which commands were synced."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.schema import state


async def read_state(connection: AsyncConnection, name: str) -> str | None:
    """Return what was last noted under that name."""
    return (await connection.execute(select(state.c.text).where(state.c.name == name))).scalar()


async def read_or_write_state(connection: AsyncConnection, name: str, text: str) -> str:
    """Note a text under a name where nothing stands there, and return what stands there."""
    await connection.execute(upsert(state).values(name=name, text=text).on_conflict_do_nothing())
    return await read_state(connection, name) or text


async def write_state(connection: AsyncConnection, name: str, text: str) -> None:
    """Note a text under a name, over what stood there."""
    statement = upsert(state).values(name=name, text=text)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"text": text}))
