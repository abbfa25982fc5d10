"""SQL that the databases write differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, Table
from sqlalchemy.dialects.sqlite import dml

# SQLite's integers have 64 bits, PostgreSQL's 32: people may type longer numbers.
NUMBER = Integer().with_variant(BigInteger(), "postgresql")


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
