"""A request takes effect once, in whichever process, and its writes wait as long as it allows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import func, select

from bot.domain.errors import DuplicateError, StoreError
from bot.domain.request import Request, begin_request, no_request
from bot.store.database import Database, open_database
from bot.store.schema import interactions
from bot.store.state import read_state, write_state
from tests.locking import locked

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def answering(request: Request, work: Callable[[], Awaitable[None]]) -> None:
    """Do some work for a request, in a task of its own."""

    async def answer() -> None:
        begin_request(request)
        await work()

    await asyncio.create_task(answer(), context=Context())


def note(database: Database, text: str, *, fails: bool = False) -> Callable[[], Awaitable[None]]:
    """Return work that writes a text, or fails afterwards."""

    async def write() -> None:
        async with database.write() as connection:
            await write_state(connection, "a", (await read_state(connection, "a") or "") + text)
            if fails:
                raise RuntimeError

    return write


async def noted(database: Database) -> str | None:
    async with database.read() as connection:
        return await read_state(connection, "a")


def request(id: str = "discord:1", *, made_at: datetime = NOW, patience: float = 0) -> Request:
    return Request(id, made_at, monotonic() + patience)


async def test_of_two_processes_that_get_a_request_one_changes_something(database: Database, database_url: str) -> None:
    other = await open_database(database_url)
    done = await asyncio.gather(
        *(answering(request(), note(each, "x")) for each in (database, other)), return_exceptions=True
    )
    await other.close()
    assert sorted(isinstance(each, DuplicateError) for each in done) == [False, True]
    assert await noted(database) == "x"


async def test_a_process_changes_as_much_as_it_likes_for_its_request(database: Database) -> None:
    async def twice() -> None:
        await note(database, "x")()
        await note(database, "y")()

    await answering(request(), twice)
    assert await noted(database) == "xy"


async def test_a_change_that_is_rolled_back_claims_nothing(database: Database, database_url: str) -> None:
    other = await open_database(database_url)
    with pytest.raises(RuntimeError):
        await answering(request(), note(database, "x", fails=True))
    await answering(request(), note(other, "y"))
    await other.close()
    assert await noted(database) == "y"


async def test_what_is_begun_for_nobody_in_particular_claims_nothing(database: Database) -> None:
    async def begin() -> None:
        with no_request():
            task = asyncio.ensure_future(note(database, "x")())
        await task

    for _ in range(2):
        await answering(request(), begin)
    assert await noted(database) == "xx"


async def test_claims_are_forgotten_when_no_token_is_valid_any_more(database: Database) -> None:
    for n in range(5):
        made_at = NOW + timedelta(minutes=30 * n)
        await answering(request(f"discord:{n}", made_at=made_at), note(database, "x"))
    async with database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(interactions))).scalar() == 3


async def test_writing_waits_for_as_long_as_the_request_may(database: Database) -> None:
    async with locked(database.url):
        waiting = asyncio.create_task(answering(request(patience=60), note(database, "y")))
        with pytest.raises(StoreError, match=r"locked|writing for too long"):
            await answering(request("discord:2"), note(database, "x"))  # ten seconds, the default
        assert await asyncio.wait_for(noted(database), 5) is None  # reads continue
        assert not waiting.done()
    await waiting
    assert await noted(database) == "y"
