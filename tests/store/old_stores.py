"""Stores as an older version of the program left them, on either database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from bot.store.connections import Connections
from bot.store.migrations import upgrade, upgrade_server
from bot.store.postgresql_engine import make_engine

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by table."""


async def make_old_store(url: str, revision: str, rows: Rows) -> None:
    """Make a store of that revision with these rows."""
    if url.startswith("sqlite"):
        upgrade(url, revision)
        await run(url, partial(_insert, rows=rows))
    else:
        await run(url, partial(upgrade_server, place=url, revision=revision))
        await run(url, partial(_insert, rows=rows))


async def run(url: str, function: Callable[[Connection], None]) -> None:
    """Call a function with a connection in a transaction, whatever the store's revision."""
    if url.startswith("sqlite"):
        engine = create_engine(make_url(url).set(drivername="sqlite"))
        with engine.begin() as connection:
            function(connection)
        engine.dispose()
        return
    connections = Connections(make_engine(make_url(url), {"poolclass": NullPool}))
    async with connections.lend(writing=True) as lent, lent.begin():
        await lent.run(function)
    await connections.close()


def _insert(connection: Connection, rows: Rows) -> None:
    for table, of_table in rows.items():
        for row in of_table:
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), dict(row))
            number = next(iter(row.values()))
            if (
                connection.dialect.name == "postgresql"
                and next(iter(row)) in ("id", "number")
                and isinstance(number, int)
            ):
                name = next(iter(row))
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', '{name}'), {number})"))
