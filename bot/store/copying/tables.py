"""The tables that a copy has, and their checksums: equal where both databases hold the same rows, in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, Table

from bot.store import feed_schema, lookup_schema, update_schema  # noqa: F401 - this makes their tables known
from bot.store.schema import metadata, state

_SIZE = 16  # bytes of a checksum
_OWN_STATE = ("search_index",)  # what a store tells of its own index, which is made again

Rows = Sequence[Sequence[Any]]


class TableSum(NamedTuple):
    """How many rows a table has, and a sum over their hashes."""

    rows: int = 0
    hash: int = 0

    def plus(self, table: Table, rows: Rows) -> TableSum:
        """Return the sum with further rows."""
        return TableSum(self.rows + len(rows), (self.hash + sum(map(_hash, rows))) % 2 ** (8 * _SIZE))

    @property
    def checksum(self) -> str:
        """Return the sum as people compare it."""
        return f"{self.hash:0{2 * _SIZE}x}"


def tables() -> list[Table]:
    """Return all tables but the index's, those that others refer to first."""
    return list(metadata.sorted_tables)


def names_of(table: Table) -> list[str]:
    """Return the names of a table's columns."""
    return [column.name for column in table.c]


def selection(table: Table) -> str:
    """Return the statement that reads a table's rows, JSON as its text, in the order in which they can be inserted."""
    names = ", ".join(_text_of(column) for column in table.c)
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    own = ", ".join(f"'{name}'" for name in _OWN_STATE)
    condition = f"WHERE name NOT IN ({own}) " if table is state else ""
    return f"SELECT {names} FROM {table.name} {condition}ORDER BY {order}"


def number_place(table: Table) -> int | None:
    """Return the place of the column that the database numbers the rows of a table by; None if it does not."""
    column = table.autoincrement_column
    return None if column is None else names_of(table).index(column.name)


def _text_of(column: Column[Any]) -> str:
    return f'CAST("{column.name}" AS text)' if isinstance(column.type, JSON) else f'"{column.name}"'


def _hash(row: Sequence[Any]) -> int:
    return int.from_bytes(blake2b(repr(list(row)).encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest())
