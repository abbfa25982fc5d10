"""What a store holds, without times and without the ids of people and places."""

from __future__ import annotations

from typing import Any

from bot.store.dialect import read_json
from tests.stores import execute

_BOOKKEEPING = ("number", "workspace_id", "added_at", "added_by", "updated_at", "updates")
_LISTS = ("authors", "links", "tags", "identifiers")


def state_of(url: str) -> dict[str, Any]:
    """Return papers, history, subscriptions, editions and proposals of a store."""
    return {
        "papers": [_content(row) for row in execute(url, "SELECT * FROM papers ORDER BY id")],
        "history": [_change(url, row) for row in execute(url, "SELECT * FROM changes ORDER BY id")],
        "subscriptions": [_subscription(row) for row in execute(url, "SELECT * FROM subscriptions")],
        "editions": [tuple(row.values()) for row in execute(url, _EDITIONS)],
        "candidates": [read_json(row["paper"])["title"] for row in execute(url, _WAITING)],
    }


_WAITING = "SELECT paper FROM candidates WHERE decision IS NULL"
_EDITIONS = """
SELECT subscriptions.name, editions.number, reason, remaining, done_at IS NOT NULL AS is_done,
    (SELECT count(*) FROM edition_papers WHERE edition_id = editions.id) AS papers
FROM editions JOIN subscriptions ON subscriptions.id = editions.subscription_id ORDER BY editions.id
"""
_STEPS = "SELECT paper_id FROM history WHERE change_id = :change ORDER BY id"


def _content(row: dict[str, Any]) -> dict[str, Any]:
    columns = {name: value for name, value in row.items() if name not in _BOOKKEEPING}
    return {name: read_json(value) if name in _LISTS else value for name, value in columns.items()}


def _change(url: str, row: dict[str, Any]) -> tuple[str, list[str]]:
    return row["action"], [step["paper_id"] for step in execute(url, _STEPS, change=row["id"])]


def _subscription(row: dict[str, Any]) -> tuple[Any, ...]:
    is_active, is_paused = row["ended_at"] is None, row["paused_reason"] not in (None, "null")
    return row["name"], row["schedule"], read_json(row["tags"]), row["locale"], is_active, is_paused
