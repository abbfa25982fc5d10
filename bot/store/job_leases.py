"""Which process does a job for all on the store: a text by job, which changes only from the text that was read."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from bot.store.connection import StoreConnection
from bot.store.dialect import upsert
from bot.store.schema import state

_PREFIX = "job "


async def every(connection: StoreConnection) -> dict[str, str]:
    """Return the texts by job."""
    query = select(state.c.name, state.c.text).where(state.c.name.startswith(_PREFIX, autoescape=True))
    return {name.removeprefix(_PREFIX): text for name, text in await connection.execute(query)}


async def replace(connection: StoreConnection, job: str, before: str | None, after: str) -> bool:
    """Replace a job's text, None for a job without one; return whether it was still the one from before.

    Who replaces one at this moment is not waited for: it may be suspended, and the caller's other jobs would end.
    """
    name = _PREFIX + job
    if before is None:
        new = upsert(state).values(name=name, text=after).on_conflict_do_nothing().returning(state.c.name)
        return (await connection.execute(new)).first() is not None
    mine = select(state.c.name).where(state.c.name == name, state.c.text == before).with_for_update(skip_locked=True)
    changed = update(state).where(state.c.name.in_(mine)).values(text=after).returning(state.c.name)
    return (await connection.execute(changed)).first() is not None


async def remove(connection: StoreConnection, job: str, text: str) -> None:
    """Remove a job's text, if it is still this one."""
    await connection.execute(delete(state).where(state.c.name == _PREFIX + job, state.c.text == text))
