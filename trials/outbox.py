"""The store of a trial: thirty papers and five channels that are due, and how far their editions have got."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.paper import make_paper
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.importing import Importer
from bot.services.ports import Renderer
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from trials.victim import PAPERS, POLICY

CHANNELS = 5
WANTED = [f"p{n:02}" for n in range(PAPERS)]
_EVERY_MINUTE = "* * * * *"
STEPS = (
    "1 edition not yet written",
    "2 written, not leased",
    "3 leased, nothing begun",
    "4 noted as sending, not sent",
    "5 request on its way, not applied",
    "6 refused, before the next attempt",
    "7 applied, not answered",
    "8 answered, not recorded",
    "9 all recorded",
)


async def make_store(path: Path, channels: Sequence[str], renderer: Renderer) -> None:
    """Write the store that every run copies; its subscriptions were created yesterday, so they are due."""

    def yesterday() -> datetime:
        return datetime.now(UTC) - timedelta(days=1)

    database = await open_database(f"sqlite+aiosqlite:///{path}")
    await (await SearchIndex.open(database)).close()
    workspace, _ = await find_or_add(database, "default", yesterday())
    papers = [make_paper(id=id, title=f"Paper {id}", comment="長い感想。" * 60) for id in WANTED]
    for paper in papers:
        await Importer(database, yesterday).run(workspace, [paper], by=None)
    digests = Digests(database, yesterday, POLICY, {channels[0].partition(":")[0]: renderer})
    for n, channel in enumerate(channels):
        await digests.subscribe(workspace, SubscriptionRequest(f"c{n}", channel, _EVERY_MINUTE, (), "ja"))
    await database.close()


def copied(store: Path, folder: Path) -> Path:
    """Copy the store into a folder of its own."""
    return Path(shutil.copy(store, folder / "dayori.db"))


def is_delivered(store: Path) -> bool:
    """Return whether the outbox has been written and emptied."""
    counts = "SELECT count(*), count(done_at) FROM editions"
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        every, done = connection.execute(counts).fetchone()
    return bool(every == done == CHANNELS)


def is_written(store: Path) -> bool:
    """Return whether an edition is in the outbox."""
    return _any(store, "TRUE")


def is_leased(store: Path) -> bool:
    """Return whether a process has leased an edition."""
    return _any(store, "lease_owner IS NOT NULL")


def is_locked(store: Path) -> bool:
    """Return whether a process is in the middle of a write."""
    with closing(sqlite3.connect(store, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
    return False


def paused(store: Path) -> int:
    """Count the paused subscriptions."""
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        row = connection.execute("SELECT count(*) FROM subscriptions WHERE paused_reason IS NOT NULL").fetchone()
    return int(row[0])


def _any(store: Path, condition: str) -> bool:
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        return connection.execute(f"SELECT 1 FROM editions WHERE {condition}").fetchone() is not None


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """The message that is recorded as being sent."""

    nonce: str
    marker: str


@dataclass(frozen=True, slots=True)
class EditionProgress:
    """How far a channel's edition has got; `sending` is None when none of its messages is being sent."""

    done: bool
    leased: bool
    sending: OpenMessage | None


def progress(store: Path) -> dict[str, EditionProgress]:
    """Return how far the written editions have got, by channel."""
    query = (
        "SELECT s.channel, e.done_at IS NOT NULL, e.lease_owner IS NOT NULL, m.nonce, m.marker"
        " FROM subscriptions s JOIN editions e ON e.subscription_id = s.id"
        " LEFT JOIN messages m ON m.edition_id = e.id AND m.state = 'sending'"
    )
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        return {
            channel: EditionProgress(bool(done), bool(leased), OpenMessage(nonce, marker) if nonce else None)
            for channel, done, leased, nonce, marker in connection.execute(query)
        }
