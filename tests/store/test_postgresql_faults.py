"""What breaks between the bot and its server is said in words, loses nothing, doubles nothing and passes by itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.domain.digest import Policy
from bot.domain.errors import StoreError
from bot.services.digests.composing import Digests
from bot.services.digests.delivery import Delivery
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.library import Library
from bot.store import postgresql_engine
from bot.store.database import Database, open_database, open_to_read
from bot.store.search_index.index import SearchIndex
from bot.store.state import read_state, write_state
from bot.store.workspaces import find_or_add
from tests.doubles.clock import TOKYO, AdjustableClock
from tests.doubles.cut_connection import Cut, CutConnection, cut_connection
from tests.doubles.publisher import FakePublisher, FakeRenderer
from tests.postgres_server import Server, server
from tests.samples import paper
from tests.stores import SERVER, on_server

pytestmark = on_server


@pytest.fixture
async def network(database_url: str) -> AsyncIterator[tuple[CutConnection, Database]]:
    async with cut_connection(database_url) as (network, url):
        opened = await open_database(url)
        yield network, opened
        await opened.close()


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """Return a server that a test may stop."""
    with server() as running:
        yield running


async def noted(database: Database, name: str) -> str | None:
    async with database.read() as connection:
        return await read_state(connection, name)


async def note(database: Database, name: str, text: str = "1") -> None:
    async with database.write() as connection:
        await write_state(connection, name, text)


@pytest.mark.parametrize(("cut", "is_there"), [("before", False), ("after", True)])
async def test_a_commit_of_which_nobody_heard_may_have_happened_and_is_said_to_be_unknown(
    network: tuple[CutConnection, Database], database: Database, cut: Cut, is_there: bool
) -> None:
    network[0].cuts.append(cut)
    with pytest.raises(StoreError, match="it may be saved or not; look before you repeat it"):
        await note(network[1], "a")
    await asyncio.sleep(0.05)
    assert (await noted(database, "a") is not None) == is_there
    await note(network[1], "b")
    assert await noted(database, "b") == "1"


async def test_a_connection_that_breaks_before_the_end_of_a_change_saves_nothing_and_says_so(
    network: tuple[CutConnection, Database], database: Database
) -> None:
    async def write_and_lose() -> None:
        async with network[1].write() as connection:
            await write_state(connection, "a", "1")
            await end_all_connections(network[1].url)
            await write_state(connection, "b", "1")

    with pytest.raises(StoreError, match="could not be written: the connection to the server was lost"):
        await write_and_lose()
    assert await noted(network[1], "a") is None


async def end_all_connections(url: str, seconds: float = 0.05) -> None:
    name = make_url(url).database
    admin = await asyncpg.connect((SERVER or "").replace("+asyncpg", ""))
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await admin.close()
    await asyncio.sleep(seconds)


async def test_of_two_writes_that_wait_for_each_other_one_is_made_and_the_other_refused_in_words(
    database: Database,
) -> None:
    async def note_both(first: str, second: str) -> None:
        async with database.write(own_rows=True) as connection:
            await write_state(connection, first, "1")
            await asyncio.sleep(0.2)
            await write_state(connection, second, "1")

    done = await asyncio.gather(note_both("a", "b"), note_both("b", "a"), return_exceptions=True)
    (refusal,) = filter(None, done)
    assert str(refusal) == "The database could not be written: another process wrote the same at the same moment."
    assert [await noted(database, name) for name in "ab"] == ["1", "1"]


async def test_whatever_moment_the_server_ends_connections_at_is_told_in_words_and_passes(
    database: Database, search: SearchIndex, workspace: int
) -> None:
    async def end_all() -> None:
        for n in range(30):
            await end_all_connections(database.url, seconds=n * 0.0005)

    async def ask(question: Callable[[], Awaitable[object]]) -> None:
        while not ending.done():
            with suppress(StoreError):
                await question()
            await asyncio.sleep(0)

    ending = asyncio.create_task(end_all())
    find = partial(search.find, workspace, "subject")
    read, write = partial(noted, database, "a"), partial(note, database, "a")
    await asyncio.gather(ask(find), ask(find), ask(read), ask(write), ending)
    await asyncio.sleep(0.05)
    await note(database, "a")
    assert await noted(database, "a") == "1"
    assert (await find()).total == 0


async def test_who_cannot_hear_of_writes_looks_when_the_time_is_over(network: tuple[CutConnection, Database]) -> None:
    wait = network[1].writes()
    network[0].word = b"LISTEN"
    for _ in range(2):
        async with asyncio.timeout(5):
            await wait(0.1)
    network[0].word = b""
    await wait(0.1)
    waiting = asyncio.ensure_future(wait(30))
    await asyncio.sleep(0.1)
    await note(network[1], "a")
    async with asyncio.timeout(5):
        await waiting


@pytest.mark.parametrize("moment", [0, 0.002, 0.005, 0.01])
async def test_who_stops_waiting_while_the_connection_is_opened_leaves_none_open(
    database: Database, database_url: str, moment: float
) -> None:
    other = await open_database(database_url)
    wait = asyncio.ensure_future(other.writes()(30))
    await asyncio.sleep(moment)
    wait.cancel()
    await asyncio.wait((wait,))
    await other.close()
    async with asyncio.timeout(5):
        while await others_open(database):
            await asyncio.sleep(0.01)


async def others_open(database: Database) -> int:
    """Return how many connections to this database somebody else has open."""
    async with database.read() as connection:
        found = await connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(found.scalar_one())


@pytest.mark.parametrize("seed", range(4))
async def test_no_cut_at_any_commit_loses_or_doubles_a_message(
    network: tuple[CutConnection, Database], database: Database, clock: AdjustableClock, seed: int
) -> None:
    chance, publisher = random.Random(seed), FakePublisher(clock)
    policy = Policy(max_papers=10, when_empty="skip", catch_up=timedelta(hours=24), zone=TOKYO)
    workspace, _ = await find_or_add(database, "team", clock())
    digests, library = Digests(database, clock, policy, {"discord": FakeRenderer()}), Library(database, clock)
    for n in range(7):
        clock.advance(seconds=1)
        await library.add(workspace, paper(n), None)
    for name, channel in (("here", "discord:1/2"), ("there", "discord:1/3")):
        await digests.subscribe(workspace, SubscriptionRequest(name, channel, "mon 09:00", (), "ja"))
        await digests.compose_now(workspace, name)
    for _ in range(12):
        network[0].cuts = type(network[0].cuts)(chance.choice(("before", "after", None, None)) for _ in range(6))
        with suppress(StoreError):
            await Delivery(network[1], clock, {"discord": publisher}, pauses=()).deliver_open()
        clock.advance(minutes=chance.choice((0, 1, 10, 61)))
    network[0].cuts.clear()
    clock.advance(minutes=61)
    await Delivery(network[1], clock, {"discord": publisher}, pauses=()).deliver_open()
    all_papers = [f"paper-{n}" for n in range(7)]
    assert publisher.papers_in("discord:1/2") == publisher.papers_in("discord:1/3") == all_papers


async def test_after_a_restart_of_the_server_everything_goes_on_by_itself(
    own_server: Server, clock: AdjustableClock
) -> None:
    opened = await open_database(own_server.url)
    search = await SearchIndex.open(opened)
    workspace, _ = await find_or_add(opened, "team", clock())
    await Library(opened, clock).add(workspace, paper(1), None)
    await asyncio.gather(*(noted(opened, "a") for _ in range(5)))  # several connections in the pool
    own_server.stop()
    with pytest.raises(StoreError, match=r"cannot be reached|was lost"):
        await noted(opened, "a")
    with pytest.raises(StoreError, match=r"cannot be reached|was lost"):
        await note(opened, "a")
    own_server.start()
    await asyncio.sleep(0.05)
    assert [await noted(opened, "a") for _ in range(5)] == [None] * 5
    await note(opened, "a")
    assert await noted(opened, "a") == "1"
    assert (await search.find(workspace, "")).total == 1
    await search.close()
    await opened.close()


async def test_a_wrong_password_is_told_of_and_not_shown(own_server: Server) -> None:
    admin = await asyncpg.connect(own_server.url.replace("+asyncpg", ""))
    await admin.execute("DROP ROLE IF EXISTS careful")
    await admin.execute("CREATE ROLE careful LOGIN PASSWORD 'richtig-1234'")
    await admin.close()
    address = make_url(own_server.url).set(username="careful", password="falsch-1234")
    for open_one in (open_database, open_to_read):
        with pytest.raises(StoreError, match="does not accept this user name and password") as error:
            await open_one(address.render_as_string(hide_password=False))
        assert "falsch" not in str(error.value)


async def test_a_user_without_rights_is_told_what_to_grant(own_server: Server) -> None:
    admin = await asyncpg.connect(own_server.url.replace("+asyncpg", ""))
    await admin.execute("DROP DATABASE IF EXISTS foreign_one")
    await admin.execute("DROP ROLE IF EXISTS guest")
    await admin.execute("CREATE ROLE guest LOGIN")
    await admin.execute("CREATE DATABASE foreign_one TEMPLATE template0")
    await admin.close()
    address = make_url(own_server.url).set(username="guest", database="foreign_one")
    with pytest.raises(StoreError, match="make the user the database's owner"):
        await open_database(address.render_as_string(hide_password=False))


async def test_a_database_in_another_encoding_is_refused_with_the_way_to_make_one(own_server: Server) -> None:
    admin = await asyncpg.connect(own_server.url.replace("+asyncpg", ""))
    await admin.execute("DROP DATABASE IF EXISTS latin")
    await admin.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    await admin.close()
    address = make_url(own_server.url).set(database="latin")
    with pytest.raises(StoreError, match="is in LATIN1; make one with createdb --encoding=UTF8"):
        await open_database(address.render_as_string(hide_password=False))


async def test_a_server_that_is_too_old_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_engine, "OLDEST", 99)
    with pytest.raises(StoreError, match="this program needs 99 or newer"):
        await open_database(database_url)


async def test_many_processes_that_open_a_new_database_at_once_migrate_it_once(own_server: Server) -> None:
    admin = await asyncpg.connect(own_server.url.replace("+asyncpg", ""))
    await admin.execute("DROP DATABASE IF EXISTS new_one")
    await admin.execute("CREATE DATABASE new_one TEMPLATE template0")
    await admin.close()
    url = make_url(own_server.url).set(database="new_one").render_as_string(hide_password=False)
    opened = await asyncio.gather(*(open_database(url) for _ in range(5)))
    async with opened[0].read() as connection:
        assert (await connection.execute(select(1))).scalar() == 1
    for each in opened:
        await each.close()
