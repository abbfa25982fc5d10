"""Key-value state that a process leaves for the next one, such as the last tick."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.store.connection import StoreConnection
from bot.store.dialect import upsert
from bot.store.schema import state


async def read_state(connection: StoreConnection, name: str) -> str | None:
    """Return the text last written under that name, or None."""
    return (await connection.execute(select(state.c.text).where(state.c.name == name))).scalar()


async def read_or_write_state(connection: StoreConnection, name: str, text: str) -> str:
    """Write a text under a name that has none, and return the text that is there afterwards."""
    await connection.execute(upsert(state).values(name=name, text=text).on_conflict_do_nothing())
    return await read_state(connection, name) or text


async def write_state(connection: StoreConnection, name: str, text: str) -> None:
    """Write a text under a name, replacing the previous one."""
    statement = upsert(state).values(name=name, text=text)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"text": text}))


async def states(connection: StoreConnection, beginning: str) -> dict[str, str]:
    """Return the texts by name of all names with that beginning."""
    query = select(state.c.name, state.c.text).where(state.c.name.startswith(beginning, autoescape=True))
    return {row.name: row.text for row in await connection.execute(query.order_by(state.c.name))}


async def remove_state(connection: StoreConnection, name: str, text: str | None = None) -> None:
    """Remove a name and its text; with `text`, only if that is still its text."""
    conditions = [state.c.name == name] + ([state.c.text == text] if text is not None else [])
    await connection.execute(delete(state).where(*conditions))
