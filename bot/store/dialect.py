"""What SQLite and PostgreSQL write differently; everything else is SQL that both understand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, Protocol

from sqlalchemy import BigInteger, Boolean, ColumnElement, Integer, Table, Text, TextClause, literal, text
from sqlalchemy.dialects.sqlite import dml
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

DialectName = Literal["sqlite", "postgresql"]

# SQLite's integers have 64 bits, PostgreSQL's 32: people may type longer numbers.
NUMBER = Integer().with_variant(BigInteger(), "postgresql")


class Dialect(Protocol):
    """How a database writes what the other one writes differently."""

    def elements(self, bind: str) -> str:
        """Return the table of the elements of a JSON list: `key` is the place, `value` the element as text."""

    def field(self, column: str, name: str) -> str:
        """Return the text of a field in a column of JSON."""

    def list_of(self, column: str, condition: str = "") -> str:
        """Return the aggregate of a column as a JSON list in text, of the rows that meet a condition."""

    def object_of(self, columns: Sequence[str], json_columns: Sequence[str]) -> str:
        """Return a JSON object of columns by their names, some of which are JSON themselves."""


class _SqliteDialect:
    def elements(self, bind: str) -> str:
        return f"json_each(:{bind})"

    def field(self, column: str, name: str) -> str:
        return f"json_extract({column}, '$.{name}')"

    def list_of(self, column: str, condition: str = "") -> str:
        return f"json_group_array({column})" + (f" FILTER (WHERE {condition})" if condition else "")

    def object_of(self, columns: Sequence[str], json_columns: Sequence[str]) -> str:
        values = (f"'{each}', json({each})" if each in json_columns else f"'{each}', {each}" for each in columns)
        return f"json_object({', '.join(values)})"


class _PostgresqlDialect:
    def elements(self, bind: str) -> str:
        each = f"json_array_elements_text(CAST(:{bind} AS json)) WITH ORDINALITY AS element(value, key)"
        return f"(SELECT key, value FROM {each})"

    def field(self, column: str, name: str) -> str:
        return f"({column} ->> '{name}')"

    def list_of(self, column: str, condition: str = "") -> str:
        of = f"json_agg({column})" + (f" FILTER (WHERE {condition})" if condition else "")
        return f"CAST(coalesce({of}, '[]') AS text)"

    def object_of(self, columns: Sequence[str], json_columns: Sequence[str]) -> str:
        values = (f"'{each}', {each}" for each in columns)
        return f"json_build_object({', '.join(values)})"


_DIALECTS: dict[DialectName, Dialect] = {"sqlite": _SqliteDialect(), "postgresql": _PostgresqlDialect()}


class PortableStatement:
    """A statement for both databases, given as a function of the dialect."""

    def __init__(self, write: Callable[[Dialect], str]) -> None:
        self._write = write
        self._statements: dict[DialectName, TextClause] = {}

    def on(self, dialect: DialectName) -> TextClause:
        """Return the statement as one of the databases reads it."""
        if dialect not in self._statements:
            self._statements[dialect] = text(self._write(_DIALECTS[dialect]))
        return self._statements[dialect]


def read_json(value: Any) -> Any:
    """Return a list or an object that a statement in text read: SQLite gives its text, PostgreSQL's driver itself."""
    return json.loads(value) if isinstance(value, str) else value


def read_all_json(texts: Iterable[str]) -> list[Any]:
    """Return values of JSON that were read as texts: all of them in one call, a fifth of the time of one for each."""
    return list(json.loads(f"[{','.join(texts)}]"))


class json_items(FunctionElement[Any]):  # noqa: N801 - a function of SQL
    """The elements of a column that is a JSON list; `table_valued("value")` makes a table of it."""

    inherit_cache = True


@compiles(json_items, "sqlite")
def _sqlite_items(element: json_items, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(json_items, "postgresql")
def _postgresql_items(element: json_items, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text({compiler.process(element.clauses, **options)})"


class _IsAmong(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True


def is_among(column: ColumnElement[Any], numbers: Iterable[int]) -> ColumnElement[bool]:
    """Return the condition that a number is in a list; it reads the same for every length, so it is prepared once."""
    return _IsAmong(column, literal(json.dumps([*numbers]), Text))


@compiles(_IsAmong, "sqlite")
def _sqlite_is_among(element: _IsAmong, compiler: Any, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"


@compiles(_IsAmong, "postgresql")
def _postgresql_is_among(element: _IsAmong, compiler: Any, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY (CAST(translate({numbers}, '[]', '{{}}') AS bigint[]))"


class _DoNothing(dml.OnConflictDoNothing):
    constraint_target = None  # PostgreSQL's compiler asks for it; SQLite has no named constraints
    inherit_cache = True


class _DoUpdate(dml.OnConflictDoUpdate):
    constraint_target = None
    inherit_cache = True


class Upsert(dml.Insert):
    """An insertion that both databases understand, with what happens to a row that is there already."""

    inherit_cache = True

    def on_conflict_do_nothing(self, index_elements: Any = None, index_where: Any = None) -> Upsert:
        """Leave a row that is there as it is."""
        return self.ext(_DoNothing(index_elements, index_where))

    def on_conflict_do_update(
        self, index_elements: Any = None, index_where: Any = None, set_: Any = None, where: Any = None
    ) -> Upsert:
        """Change a row that is there."""
        return self.ext(_DoUpdate(index_elements, index_where, set_, where))


def upsert(table: Table) -> Upsert:
    """Begin an insertion into a table that may have the row already."""
    return Upsert(table)
