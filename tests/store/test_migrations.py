"""The migrations create exactly the tables of the schema, and a newer database is not touched."""

from __future__ import annotations

import itertools
import json
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event

from bot.domain.candidate import Candidate
from bot.domain.dates import PaperDate
from bot.domain.draft import Draft, draft_from
from bot.domain.errors import StoreError
from bot.domain.publication import Publication
from bot.services.papers.expiry import Expiry
from bot.services.papers.inbox import Inbox
from bot.services.papers.library import Library
from bot.services.papers.paper_updates import note
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.services.papers.undo import Undo
from bot.services.servers import Servers
from bot.store import (
    candidates,
    drafts,
    imports,
    leases,
    lookup_schema,  # noqa: F401 - its table is known only then
    metadata_cache,
    paper_checks,
    papers,
    state,
    subscriptions,
)
from bot.store.database import open_database
from bot.store.migrations import configuration, upgrade
from bot.store.schema import REVISION, metadata
from bot.store.search_index.index import SearchIndex
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

AT = "2026-01-01T00:00:00.000000+00:00"


def test_the_steps_lead_to_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    upgrade(f"sqlite+aiosqlite:///{tmp_path}/a.db")
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert differences == []


def test_the_newest_step_is_the_revision_that_the_code_names() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [REVISION]


def test_an_upgrade_twice_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/a.db"
    upgrade(url)
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        before = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        upgrade(url)
        assert connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall() == before


@pytest.mark.parametrize("first", ["base", "0001", "0015"])
@pytest.mark.parametrize("statements", [9, 27])
def test_an_upgrade_that_is_broken_off_leaves_the_database_as_it_was(
    tmp_path: Path, first: str, statements: int
) -> None:
    url, count = f"sqlite+aiosqlite:///{tmp_path}/a.db", itertools.count(1)
    upgrade(url, first)

    def break_off(*_: object) -> None:
        if next(count) == statements:
            raise KeyboardInterrupt

    before = _tables(tmp_path / "a.db")
    event.listen(Engine, "after_cursor_execute", break_off)
    try:
        with suppress(KeyboardInterrupt):
            upgrade(url)
    finally:
        event.remove(Engine, "after_cursor_execute", break_off)
    if next(count) <= statements:
        return  # it was done by then
    assert _tables(tmp_path / "a.db") == before
    upgrade(url)
    assert len(_tables(tmp_path / "a.db")) > len(before) or first == "0015"


def _tables(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_of_several_processes_that_start_at_once_one_makes_the_database(tmp_path: Path) -> None:
    program = f"from bot.store.migrations import upgrade; upgrade('sqlite+aiosqlite:///{tmp_path}/a.db')"
    started = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) for _ in range(2)]
    ends = [(process.communicate(timeout=60)[1], process.returncode) for process in started]
    assert ends == [(b"", 0)] * len(started)


async def test_a_database_of_a_newer_program_is_refused_in_a_sentence(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/a.db"
    await (await open_database(url)).close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreError, match="was made by a newer version"):
        await open_database(url)


def test_every_table_of_a_team_carries_the_workspace() -> None:
    without = {table.name for table in metadata.sorted_tables if "workspace_id" not in table.c}
    of_the_installation = {"workspaces", "state", "interactions", "offers", "servers", "source_turns"}
    of_public_feeds = {"feed_addresses", "feed_entries", "feed_entry_keys", "arxiv_announcements"}
    assert without == of_the_installation | of_public_feeds | {"metadata_cache"}


def test_numbers_of_papers_are_never_used_twice(tmp_path: Path) -> None:
    upgrade(f"sqlite+aiosqlite:///{tmp_path}/a.db")
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        [sql] = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'papers'").fetchone()
    assert "AUTOINCREMENT" in sql


async def test_drafts_and_proposals_of_before_papers_were_kept_outlive_the_upgrade(tmp_path: Path) -> None:
    url, at = f"sqlite+aiosqlite:///{tmp_path}/a.db", "2026-01-01T00:00:00+00:00"
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.exec_driver_sql("INSERT INTO workspaces (id, name, created_at) VALUES (1, 'default', ?)", (at,))
        connection.exec_driver_sql("INSERT INTO drafts VALUES (1, 'token', '{\"source\": \"2307.08621\"}', ?)", (at,))
        connection.exec_driver_sql(
            "INSERT INTO candidates VALUES (7, 1, '{\"source\": \"2307.08621\"}', '太郎', 'discord:1', ?)", (at,)
        )
    engine.dispose()
    database = await open_database(url)
    async with database.read() as connection:
        draft, [candidate] = await drafts.get(connection, 1, "token"), await candidates.waiting(connection, 1)
    await database.close()
    assert draft == drafts.StoredDraft({"source": "2307.08621"}, None, None, None)
    assert (candidate.number, candidate.proposer, candidate.paper, candidate.locale) == (7, "discord:1", None, None)


def test_a_message_on_its_way_over_an_update_is_searched_for_from_what_its_channel_had_before(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/a.db"
    upgrade(url, "0005")
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.executescript("""
            INSERT INTO workspaces (id, name, created_at) VALUES (1, 'default', '2024');
            INSERT INTO subscriptions (id, workspace_id, name, channel, schedule, tags, locale, created_at) VALUES
                (1, 1, 'old', 'discord:7/1000', 'mon 09:00', '[]', 'ja', '2024'),
                (2, 1, 'same', 'discord:7/1000', 'mon 09:00', '[]', 'ja', '2024'),
                (3, 1, 'new', 'discord:7/2000', 'mon 09:00', '[]', 'ja', '2024');
            INSERT INTO editions (id, workspace_id, subscription_id, number, period, reason, remaining, composed_at)
                VALUES (1, 1, 1, 1, 'a', 'new', 0, '2024'), (2, 1, 2, 1, 'b', 'new', 0, '2024'),
                (3, 1, 3, 1, 'c', 'new', 0, '2024');
            INSERT INTO messages (workspace_id, edition_id, position, payload, nonce, marker, state, message_id) VALUES
                (1, 1, 0, '{}', 'a', 'a', 'sent', '900000000000000001'), (1, 1, 1, '{}', 'b', 'b', 'sent', 'deleted'),
                (1, 1, 2, '{}', 'c', 'c', 'sent', '99999'), (1, 2, 0, '{}', 'd', 'd', 'sending', NULL),
                (1, 2, 1, '{}', 'e', 'e', 'waiting', NULL), (1, 3, 0, '{}', 'f', 'f', 'sending', NULL);
        """)
        upgrade(url)
        anchors = dict(connection.execute("SELECT nonce, anchor FROM messages").fetchall())
    assert anchors == {"a": None, "b": None, "c": None, "d": "900000000000000001", "e": None, "f": "2000"}


async def test_an_older_database_gets_its_servers_at_the_first_start_after_the_update(tmp_path: Path) -> None:
    url, server = f"sqlite+aiosqlite:///{tmp_path}/a.db", "discord:826969109299200000"
    upgrade(url, "0006")
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.executescript(f"""
            INSERT INTO workspaces (id, name, created_at) VALUES (1, 'default', '2024');
            INSERT INTO subscriptions (id, workspace_id, name, channel, schedule, tags, locale, created_at) VALUES
                (1, 1, 'old', '{server}/1000', 'mon 09:00', '[]', 'ja', '2024-01-01T00:00:00+00:00');
        """)
    database = await open_database(url)
    served = Servers(database, AdjustableClock(), "discord", "team")

    async def present() -> dict[str, str]:
        return {server: "研究室"}

    await served.note_first_servers(present)
    async with database.read() as connection_:
        turns = await subscriptions.turns(connection_, (await served.served()).has)
        unserved = await subscriptions.turns(connection_, lambda channel: False)
    await database.close()
    assert ([id for id, *_ in turns], unserved) == ([1], [])


async def test_what_an_installation_had_before_its_names_changed_goes_on(tmp_path: Path) -> None:
    url, at = f"sqlite+aiosqlite:///{tmp_path}/a.db", "2026-01-01T00:00:00+00:00"
    upgrade(url, "0008")
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.executescript(f"""
            INSERT INTO workspaces (id, name, created_at) VALUES (1, 'default', '{at}');
            INSERT INTO notes VALUES ('installation', 'uuid'),
                ('mirror:1:p.yaml', '{{"said": {{"a": "1"}}, "change": 4}}');
            INSERT INTO answers VALUES ('doi:10.1/x', '{{"failure": ["No.", {{}}]}}', '9999');
            INSERT INTO subscriptions (id, workspace_id, name, channel, schedule, tags, locale, created_at)
                VALUES (1, 1, 'weekly', 'discord:7/1000', 'mon 09:00', '[]', 'ja', '{at}');
            INSERT INTO editions (id, workspace_id, subscription_id, number, period, reason, remaining, composed_at,
                claimed_by, claimed_until, told) VALUES (1, 1, 1, 1, 'a', 'new', 0, '{at}', 'us', '{at}', 'No.');
            INSERT INTO drafts (workspace_id, token, typed, saved_at)
                VALUES (1, 'token', '{{"source": "2307.08621", "title": "A", "apart": true}}', '{at}');
            INSERT INTO candidates (number, workspace_id, typed, proposed_at)
                VALUES (7, 1, '{{"source": "2307.08621", "apart": false}}', '{at}');
            CREATE TABLE search_cuts (number INTEGER PRIMARY KEY, cut BLOB NOT NULL);
            INSERT INTO search_cuts VALUES (1, x'00');
        """)
    database = await open_database(url)
    async with database.write() as connection:
        assert await state.read_state(connection, "installation") == "uuid"
        assert await imports.sync_state(connection, 1, "p.yaml") == imports.SyncState({"a": "1"}, step=0)
        assert str(await metadata_cache.get(connection, "doi:10.1/x", datetime.now(UTC))) == "No."
        assert await leases.holds(connection, "us", [1])
        assert await leases.count_failure(connection, "us", 1) == (0, "No.")
        draft, [candidate] = await drafts.get(connection, 1, "token"), await candidates.waiting(connection, 1)
        tables = (await connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name LIKE 'search_%'")).all()
    await database.close()
    assert draft
    assert draft_from(draft.form) == Draft("2307.08621", title="A", allow_same_title=True)
    assert draft_from(candidate.form) == Draft("2307.08621")
    assert tables == []


def _columns(n: int, **fields: object) -> str:
    """Return a version of a paper as the history had it before venues."""
    columns: dict[str, object] = {
        "id": f"p{n}",
        "headline": None,
        "title": f"Paper {n}",
        "date": "2023-07",
        "comment": None,
        "excerpt": None,
        "organization": None,
        "authors": ["A"],
        "links": [["https://example.org", None]],
        "tags": [],
        "identifiers": {},
        "added_at": AT,
        "added_by": "花子",
        "updated_at": AT,
        "number": n,
    }
    return json.dumps(columns | fields)


async def test_the_history_of_before_tells_what_it_told_and_is_undone(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/a.db"
    upgrade(url, "0009")
    later = "2026-02-01T00:00:00.000000+00:00"
    steps = [
        (1, "p1", "null", _columns(1)),
        (1, "p2", "null", _columns(2)),
        (2, "p1", _columns(1), _columns(1, comment="一")),
        (3, "p2", _columns(2), "null"),
        (4, "p1", _columns(1, comment="一"), _columns(1, updated_at=later)),
    ]
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("INSERT INTO workspaces (id, name, created_at) VALUES (1, 'default', ?)", (AT,))
        connection.execute(
            "INSERT INTO papers VALUES (1, 1, 'p1', NULL, 'Paper 1', '2023-07', NULL, NULL, NULL, '[\"A\"]',"
            " '[[\"https://example.org\", null]]', '[]', '{}', ?, '花子', ?)",
            (AT, later),
        )
        connection.executemany(
            "INSERT INTO changes (id, workspace_id, action, at) VALUES (?, 1, ?, ?)",
            [(1, "import", AT), (2, "edit", AT), (3, "remove", AT), (4, "edit", later)],
        )
        connection.executemany("INSERT INTO history VALUES (1, ?, ?, ?, ?)", steps)
        connection.execute("INSERT INTO state VALUES ('mirror:1:p.yaml', '{\"hashes\": {}, \"change\": 2}')")
    database = await open_database(url)
    search = await SearchIndex.open(database)
    library, undo = Library(database, AdjustableClock()), Undo(database, AdjustableClock())
    rows = [
        (change.id, step.paper_id, *(each and (each.title, each.comment) for each in (step.before, step.after)))
        for change, step in await library.history(1)
    ]
    assert rows == [
        (4, "p1", ("Paper 1", "一"), ("Paper 1", None)),
        (3, "p2", ("Paper 2", None), None),
        (2, "p1", ("Paper 1", None), ("Paper 1", "一")),
        (1, "p1", None, ("Paper 1", None)),
        (1, "p2", None, ("Paper 2", None)),
    ]
    async with database.read() as connection_:
        assert await imports.sync_state(connection_, 1, "p.yaml") == imports.SyncState({}, step=3)
        assert sorted(await imports.changed_since(connection_, 1, 3)) == ["p1", "p2"]
    for _ in range(4):
        await undo.undo(1, None)
    assert (await search.find(1, "Paper")).total == 0
    for _ in range(4):
        await undo.redo(1, None)
    async with database.read() as connection_:
        [(number, paper)] = (await papers.by_ids(connection_, 1, ["p1", "p2"])).values()
    assert (number, paper.comment, paper.added_by, paper.updated_at) == (1, None, "花子", datetime.fromisoformat(later))
    await search.close()
    await database.close()


def test_an_update_that_frees_much_of_a_database_makes_the_file_smaller(tmp_path: Path) -> None:
    url, file = f"sqlite+aiosqlite:///{tmp_path}/a.db", tmp_path / "a.db"
    upgrade(url, "0010")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO workspaces (id, name, created_at) VALUES (1, 'default', ?)", (AT,))
        connection.execute("INSERT INTO changes (id, workspace_id, action, at) VALUES (1, 1, 'import', ?)", (AT,))
        after = [(f"p{n}", json.dumps({"comment": "長い" * 1000})) for n in range(500)]
        connection.executemany("INSERT INTO history VALUES (1, 1, ?, 'null', ?)", after)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = file.stat().st_size
    upgrade(url)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert connection.execute("SELECT count(*), count(before) FROM history").fetchone() == (500, 0)
    assert file.stat().st_size < before / 5


async def test_papers_of_before_updates_take_them_and_their_history_is_undone_and_redone(tmp_path: Path) -> None:
    url, clock = f"sqlite+aiosqlite:///{tmp_path}/a.db", AdjustableClock()
    upgrade(url, "0013")
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("INSERT INTO workspaces (id, name, created_at) VALUES (1, 'default', ?)", (AT,))
        connection.execute(
            "INSERT INTO papers (number, workspace_id, id, title, comment, authors, links, tags, identifiers, added_at,"
            " updated_at) VALUES (1, 1, 'p1', 'Paper 1', '一', '[]', '[]', '[]', '{\"arxiv\": \"2401.00001\"}', ?, ?)",
            (AT, AT),
        )
        connection.execute("INSERT INTO changes (id, workspace_id, action, at) VALUES (1, 1, 'edit', ?)", (AT,))
        before = _columns(1, venue=None, number=1, authors=[], links=[], date=None, added_by=None)
        connection.execute("INSERT INTO history VALUES (1, 1, 1, 'p1', ?)", (before,))
    database = await open_database(url)
    await (await SearchIndex.open(database)).close()
    check = paper_checks.DueCheck(1, 1, "p1", "2401.00001")
    async with database.write() as writing:
        for version in (1, 2):
            publication = Publication(version=version)
            await note(writing, "arxiv", check, publication, clock(), PaperDate(2026, 11, 20))
    undo = Undo(database, clock)
    states = []
    for act in (undo.undo, undo.undo, undo.redo, undo.redo):
        await act(1, None)
        async with database.read() as reading:
            [(_, paper)] = (await papers.by_ids(reading, 1, ["p1"])).values()
        states.append((paper.comment, [update.value for update in paper.updates]))
    await database.close()
    assert states == [("一", []), (None, []), ("一", []), ("一", ["v2"])]


async def test_proposals_of_before_decisions_were_kept_are_found_again_and_decided_on(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/a.db"
    upgrade(url, "0012")
    whole = json.dumps(papers.columns_of(paper(1)))
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("INSERT INTO workspaces (id, name, created_at) VALUES (1, 'default', ?)", (AT,))
        rows = [
            (4, '{"source": "2401.00001"}', "太郎", "discord:1", whole),
            (5, '{"source": "2307.08621", "title": "RetNet"}', "太郎", "discord:1", None),
            (6, '{"source": "https://example.org/post"}', None, None, "null"),
        ]
        connection.executemany(
            "INSERT INTO candidates (number, workspace_id, form, proposed_by, proposer, proposed_at, paper)"
            f" VALUES (?, 1, ?, ?, ?, '{AT}', ?)",
            rows,
        )
    database, clock = await open_database(url), AdjustableClock()
    search = await SearchIndex.open(database)
    inbox = Inbox(database, clock)
    proposing = Submission(database, clock, "curators")
    jiro, hanako = (Submitter(name, f"discord:{name}", "ja", name == "花子") for name in ("次郎", "花子"))
    assert [(each.number, each.is_find, each.feeds) for each in await inbox.waiting(1)] == [
        (number, False, ()) for number in (4, 5, 6)
    ]
    for number, source in ((4, "2401.00001"), (5, "2307.08621v2"), (6, "https://example.org/post")):
        earlier = await proposing.find_earlier(1, source, jiro)
        assert isinstance(earlier, Candidate)
        assert earlier.number == number
    clock.advance(days=9999)
    await Expiry(database, clock, timedelta(days=30)).run_if_due()
    for number in (4, 5):
        await inbox.accept(1, number, hanako)
    await inbox.reject(1, 6, hanako)
    assert await inbox.waiting(1) == []
    for number in (4, 5, 6):
        await inbox.undo(1, hanako, number)
    assert [each.number for each in await inbox.waiting(1)] == [4, 5, 6]
    await search.close()
    await database.close()
