"""A store of the first released schema, with data in every table, goes on after the update on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.services.papers.library import Library
from bot.services.papers.undo import Undo
from bot.store import candidates, drafts, editions, imported_files, imports, papers, subscriptions
from bot.store.database import Database, open_database
from bot.store.schema import messages, seen_papers
from bot.store.search_index.index import SearchIndex
from bot.store.state import read_state
from tests.doubles.clock import AdjustableClock
from tests.samples import paper
from tests.store.old_stores import Rows, make_old_store
from tests.stores import Stores

FIRST = "0001"
AT, LATER = "2026-01-01T00:00:00.000000+00:00", "2026-02-01T00:00:00.000000+00:00"


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def columns(n: int, comment: str | None = None) -> dict[str, Any]:
    return {
        "number": n,
        "id": f"p{n}",
        "headline": "見出し",
        "title": f"Paper {n} on retention",
        "date": "2023-07",
        "comment": comment,
        "excerpt": None,
        "organization": "研究所",
        "authors": ["山田 太郎"],
        "links": [["https://arxiv.org/abs/2307.08621", None]],
        "tags": ["検索"],
        "identifiers": {"arxiv": f"2307.0862{n}"},
        "added_at": AT,
        "added_by": "花子",
        "updated_at": LATER,
    }


def stored(n: int, comment: str | None = None) -> dict[str, Any]:
    values = columns(n, comment)
    return values | {name: as_json(values[name]) for name in ("authors", "links", "tags", "identifiers")}


WORKSPACE = {"workspace_id": 1}
SUBSCRIPTION = {
    "channel": "discord:826969109299200000/1000",
    "schedule": "mon 09:00",
    "tags": as_json(["検索"]),
    "locale": "ja",
    "created_at": AT,
    "paused_reason": as_json(["The channel no longer exists.", {}]),
    "configured": as_json({"name": "weekly"}),
}
EDITION = {"period": "2026-01-05T09:00", "reason": "new", "remaining": 2, "composed_at": AT}
SENT = {"payload": as_json({"content": "だより"}), "state": "sent", "message_id": "900000000000000001", "sent_at": AT}
UNSURE = {"payload": as_json({"content": "続き"}), "state": "sending", "sending_at": AT}
ROWS: Rows = {
    "workspaces": [{"id": 1, "name": "default", "created_at": AT}],
    "notes": [
        {"name": "commands", "text": "abc"},
        {"name": "mirror:1:p.yaml", "text": as_json({"said": {"p1": "x"}, "change": 1})},
    ],
    "papers": [
        {"number": 1, **WORKSPACE, **{name: value for name, value in stored(1, "二").items() if name != "number"}},
        {"number": 4, **WORKSPACE, **{name: value for name, value in stored(4).items() if name != "number"}},
    ],
    "paper_keys": [{**WORKSPACE, "key": "arxiv:2307.08621", "number": 1}],
    "imported_papers": [{**WORKSPACE, "id": "p1", "content_hash": "x"}],
    "imported_files": [{**WORKSPACE, "path": "p.yaml", "hash": "y"}],
    "changes": [
        {"id": 1, **WORKSPACE, "action": "import", "at": AT, "by": "花子", "actor": "terminal:hanako", "undoes": None},
        {"id": 2, **WORKSPACE, "action": "edit", "at": LATER, "by": "花子", "actor": "terminal:hanako", "undoes": None},
    ],
    "history": [
        {**WORKSPACE, "change_id": 1, "paper_id": "p1", "before": "null", "after": as_json(columns(1, "一"))},
        {**WORKSPACE, "change_id": 2, "paper_id": "p1", "before": as_json(columns(1, "一")),
         "after": as_json(columns(1, "二"))},
    ],
    "subscriptions": [{"id": 3, **WORKSPACE, "name": "weekly", **SUBSCRIPTION}],
    "seen_papers": [{**WORKSPACE, "channel": SUBSCRIPTION["channel"], "number": 1}],
    "editions": [{"id": 5, **WORKSPACE, "subscription_id": 3, "number": 1, **EDITION, "claimed_by": "host:1",
                  "claimed_until": LATER}],
    "edition_papers": [{**WORKSPACE, "edition_id": 5, "position": 0, "number": 1}],
    "messages": [
        {**WORKSPACE, "edition_id": 5, "position": 0, "nonce": "a", "marker": "a", **SENT},
        {**WORKSPACE, "edition_id": 5, "position": 1, "nonce": "b", "marker": "b", **UNSURE},
    ],
    "drafts": [{**WORKSPACE, "token": "token", "typed": as_json({"source": "2307.08621"}), "saved_at": AT}],
    "candidates": [{"number": 7, **WORKSPACE, "typed": as_json({"source": "2401.00001"}), "proposed_by": "太郎",
                    "proposer": "discord:1", "proposed_at": AT}],
}  # fmt: skip


@pytest.fixture
def old_url(all_stores: Stores, tmp_path: Path) -> Iterator[str]:
    with all_stores.empty_places(tmp_path) as place:
        yield place()


async def test_everything_of_the_first_released_schema_is_there_after_the_update(old_url: str) -> None:
    await make_old_store(old_url, FIRST, ROWS)
    database = await open_database(old_url)
    search = await SearchIndex.open(database)
    await papers_and_history_go_on(database, search)
    await deliveries_go_on(database)
    await what_waits_is_found(database)
    await search.close()
    await database.close()


async def papers_and_history_go_on(database: Database, search: SearchIndex) -> None:
    library, undo = Library(database, AdjustableClock()), Undo(database, AdjustableClock())
    found, by_number = await search.look_up(1, "retention")
    assert (found.total, sorted(by_number), by_number[1].comment) == (2, [1, 4], "二")
    assert by_number[4] == papers.paper_from(columns(4))
    told = [(change.action, step.paper_id, step.before and step.before.comment, step.after and step.after.comment)
            for change, step in await library.history(1)]  # fmt: skip
    assert told == [("edit", "p1", "一", "二"), ("import", "p1", None, "一")]
    async with database.read() as connection:
        assert await imported_files.last_hash(connection, 1, "p.yaml") == "y"
        assert await imports.last_hashes(connection, 1, ["p1"]) == {"p1": "x"}
        assert await imports.sync_state(connection, 1, "p.yaml") == imports.SyncState({"p1": "x"}, step=1)
        assert await read_state(connection, "commands") == "abc"
    await undo.undo(1, None)
    async with database.read() as connection:
        [(_, restored)] = (await papers.by_ids(connection, 1, ["p1"])).values()
        assert restored.comment == "一"
    await library.add(1, paper(9), None)
    async with database.read() as connection:
        assert await papers.last_number(connection) == 5


async def deliveries_go_on(database: Database) -> None:
    async with database.read() as connection:
        [subscription] = await subscriptions.active(connection, 1)
        assert (subscription.name, subscription.tags, subscription.paused_reason is not None) == (
            "weekly", ("検索",), True,
        )  # fmt: skip
        message = editions.OutboxMessage(1, {"content": "続き"}, "b", "b", "sending", "900000000000000001")
        assert await editions.next_unsent(connection, [5]) == {5: message}
        last = (await editions.last_editions(connection, 1))[3]
        assert (last.number, last.messages, last.sent) == (1, 2, 1)
        assert list(await connection.scalars(select(seen_papers.c.number))) == [1]
        anchors = await connection.scalars(select(messages.c.anchor).order_by(messages.c.position))
        assert list(anchors) == [None, "900000000000000001"]


async def what_waits_is_found(database: Database) -> None:
    async with database.read() as connection:
        draft = await drafts.get(connection, 1, "token")
        assert draft == drafts.StoredDraft({"source": "2307.08621"}, None, None, None)
        [candidate] = await candidates.waiting(connection, 1)
        assert (candidate.number, candidate.form, candidate.proposer) == (7, {"source": "2401.00001"}, "discord:1")
        assert [each.number for each in await candidates.undecided(connection, 1, ["arxiv:2401.00001"])] == [7]
    async with database.write() as connection:
        number = await candidates.add(
            connection, 1, candidates.NewProposal({}, paper(8), "太郎", "discord:1", "ja"), AdjustableClock()()
        )
        assert number == 8
