"""What a store holds, without times and without the ids of people and places."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

_BOOKKEEPING = ("number", "workspace_id", "added_at", "added_by", "updated_at", "updates")
_LISTS = ("authors", "links", "tags", "identifiers")


def state_of(folder: Path) -> dict[str, Any]:
    """Return papers, history, subscriptions, editions and proposals of the store in that folder."""
    with closing(sqlite3.connect(folder / "dayori.db")) as connection:
        connection.row_factory = sqlite3.Row
        return {
            "papers": [_content(row) for row in connection.execute("SELECT * FROM papers ORDER BY id")],
            "history": [_change(connection, row) for row in connection.execute("SELECT * FROM changes ORDER BY id")],
            "subscriptions": [_subscription(row) for row in connection.execute("SELECT * FROM subscriptions")],
            "editions": [tuple(row) for row in connection.execute(_EDITIONS)],
            "candidates": [json.loads(row["paper"])["title"] for row in connection.execute(_WAITING)],
        }


_WAITING = "SELECT paper FROM candidates WHERE decision IS NULL"
_EDITIONS = """
SELECT subscriptions.name, editions.number, reason, remaining, done_at IS NOT NULL,
    (SELECT count(*) FROM edition_papers WHERE edition_id = editions.id)
FROM editions JOIN subscriptions ON subscriptions.id = editions.subscription_id ORDER BY editions.id
"""


def _content(row: sqlite3.Row) -> dict[str, Any]:
    columns = {name: value for name, value in dict(row).items() if name not in _BOOKKEEPING}
    return {name: json.loads(value) if name in _LISTS else value for name, value in columns.items()}


def _change(connection: sqlite3.Connection, row: sqlite3.Row) -> tuple[str, list[str]]:
    steps = connection.execute("SELECT paper_id FROM history WHERE change_id = ? ORDER BY id", (row["id"],))
    return row["action"], [step["paper_id"] for step in steps]


def _subscription(row: sqlite3.Row) -> tuple[Any, ...]:
    is_active, is_paused = row["ended_at"] is None, row["paused_reason"] not in (None, "null")
    return row["name"], row["schedule"], json.loads(row["tags"]), row["locale"], is_active, is_paused
