"""How the columns of the migrations are made on PostgreSQL, so that they hold and sort what they do on SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.sql.compiler import DDLCompiler


def use_column_types(dialect: Dialect) -> None:
    """Let a dialect make numbers of 64 bits, and text that compares by its bytes whatever the server's language."""
    from sqlalchemy.dialects.postgresql.base import PGDDLCompiler, PGTypeCompiler

    class Types(PGTypeCompiler):
        def visit_INTEGER(self, type_: Any, **options: Any) -> str:  # noqa: N802 - SQLAlchemy calls it by this name
            return "BIGINT"

        def visit_TEXT(self, type_: Any, **options: Any) -> str:  # noqa: N802
            return 'TEXT COLLATE "C"'

    class Tables(PGDDLCompiler):
        def get_column_specification(self, column: Any, **options: Any) -> str:
            specification: str = super().get_column_specification(column, **options)  # type: ignore[no-untyped-call]
            return specification.replace(" SERIAL", " BIGSERIAL")

    dialect.type_compiler_instance = Types(dialect)
    compiler: type[DDLCompiler] = Tables
    dialect.ddl_compiler = compiler
