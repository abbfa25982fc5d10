"""Connections to a PostgreSQL server that answer searches, each search from one snapshot of the database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import await_only, greenlet_spawn

from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.store.connections import finish
from bot.store.postgresql_engine import take_connection
from bot.store.postgresql_errors import reason_of
from bot.store.search_index.postgresql import PostgresqlBackend
from bot.store.search_index.stored_index import StoredIndex

T = TypeVar("T")
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_ERRORS = (
    *(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError),
    *(SQLAlchemyError, OSError, TimeoutError),
)


class ServerConnections:
    """The connections of an engine that is used for nothing else.

    Statements go to the driver itself: SQLAlchemy would take longer than the server does for most of them. Others have
    their turn while the server works, so a long question is asked like any other. A search whose task is cancelled ends
    first; the engine limits how long that takes.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def run(self, workspace_id: int, question: Callable[[StoredIndex], T], *, is_long: bool = False) -> T:
        """Return the answer to a question about the newest state. Raises StoreError."""
        try:
            return await finish(greenlet_spawn(self._answer, workspace_id, question))
        except _ERRORS as error:
            raise StoreError(msg("The database could not be read: {reason}.", reason=reason_of(error))) from error

    async def close(self) -> None:
        """Close the connections that no search uses."""
        await greenlet_spawn(self._engine.dispose)

    def _answer(self, workspace_id: int, question: Callable[[StoredIndex], T]) -> T:
        pooled = take_connection(self._engine)
        try:
            driver: Any = pooled.driver_connection
            await_only(driver.execute(_BEGIN))
            answer = question(PostgresqlBackend(partial(_fetch, driver), workspace_id))
            await_only(driver.execute("COMMIT"))
            return answer
        except BaseException:
            pooled.invalidate()  # it may be lost without knowing it yet
            raise
        finally:
            pooled.close()


def _fetch(driver: Any, sql: str, *values: object) -> Any:
    return await_only(driver.fetch(sql, *values))
