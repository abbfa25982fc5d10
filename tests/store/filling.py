"""Rows for every table of a store, with what may be lost on the way from one database to another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Column, Float, LargeBinary, Table, Text

from bot.store.connection import StoreConnection
from bot.store.copying.tables import number_place, tables
from bot.store.database import Database
from bot.store.schema import papers
from bot.store.sequences import count_on

ROWS = 3  # in each table
_AT = "2026-01-01T00:00:00.000000+00:00"
# The index is made of papers, so theirs can be read.
_PAPER = {
    "date": "2023-07",
    "authors": '["Ada Lovelace","山田 太郎"]',
    "links": '[["https://example.org/é", null]]',
    "tags": '["検索", "C++"]',
    "identifiers": '{"arxiv": "2307.08621"}',
    "added_at": _AT,
    "updated_at": _AT,
    "updates": None,
}
_TEXTS = ("Größe 𠮷野家 \U0001f600 'quoted' \\ %s :name", "a\nb\tc", "")
_JSON: tuple[Any, ...] = ([["かな", None], {"a": 1.5, "ü": "\u0000"}], {"b": [], "a": True}, [])


async def fill(database: Database) -> None:
    """Insert rows into every table; papers get numbers with gaps."""
    async with database.write() as connection:
        for table in tables():
            await _insert(connection, table)


async def _insert(connection: StoreConnection, table: Table) -> None:
    rows = [tuple(_value(table, column, n) for column in table.c) for n in range(1, ROWS + 1)]
    await connection.insert_all(table, [column.name for column in table.c], rows)
    if number_place(table) is not None:
        await count_on(connection, table, max(_numbers(table)))


def _numbers(table: Table) -> Iterator[int]:
    return (n * (10 if table is papers else 1) for n in range(1, ROWS + 1))


def _value(table: Table, column: Column[Any], n: int) -> Any:
    if table is papers and column.name in _PAPER:
        return _PAPER[column.name]
    if column.foreign_keys:
        [key] = column.foreign_keys
        if key.column.table is table:
            return n - 1 or None
        return list(_numbers(key.column.table))[n - 1]
    if column.primary_key and number_place(table) is not None:
        return list(_numbers(table))[n - 1]
    if isinstance(column.type, JSON):
        return json.dumps(_JSON[n - 1], ensure_ascii=n % 2 == 0)
    if isinstance(column.type, Text):
        is_key = column.primary_key or column.unique or table.name in ("subscriptions", "feeds", "editions", "papers")
        return f"{n} {_TEXTS[0]}" if is_key or not column.nullable else (_TEXTS[n - 1] if n < ROWS else None)
    if isinstance(column.type, Float):
        return 0.1 + 0.2
    if isinstance(column.type, LargeBinary):
        return bytes([0, 255, n])
    return n * 2**33 if n == ROWS and column.nullable else n
