"""The numbers that a table gives its rows: they go on after the highest that was ever given, so none is used twice."""

from __future__ import annotations

from sqlalchemy import Table, text

from bot.store.connection import StoreConnection

_GIVEN = text("SELECT seq FROM sqlite_sequence WHERE name = :table")


async def highest_number(connection: StoreConnection, table: Table) -> int:
    """Return the highest number that was ever given to a row of a table, 0 before the first."""
    if connection.dialect == "sqlite":
        return (await connection.execute(_GIVEN, {"table": table.name})).scalar() or 0
    last = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {_sequence(table)}"
    return int((await connection.execute(text(last))).scalar_one())


async def count_on(connection: StoreConnection, table: Table, number: int) -> None:
    """Let a table give only higher numbers; call this after rows were inserted with numbers of their own."""
    if connection.dialect == "sqlite":  # it counts them itself
        return
    statement = text(f"SELECT setval('{_sequence(table)}', greatest(:number, last_value)) FROM {_sequence(table)}")
    if number:
        await connection.execute(statement, {"number": number})


def _sequence(table: Table) -> str:
    [column] = table.primary_key
    return f"{table.name}_{column.name}_seq"
