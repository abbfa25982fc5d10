"""The setting of a trial: a store with thirty papers and five channels due, and a Discord with these channels."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.paper import make_paper
from bot.platforms.discord.render import DiscordRenderer
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.importing import Importer
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.discord import Channel, DiscordServer
from trials.victim import PAPERS, POLICY

CHANNELS = 5
_GUILD = 880_000_000_000_000_000
_EVERY_MINUTE = "* * * * *"


async def make_store(path: Path) -> None:
    """Write the store that every run copies; its subscriptions were created yesterday, so they are due."""

    def yesterday() -> datetime:
        return datetime.now(UTC) - timedelta(days=1)

    database = await open_database(f"sqlite+aiosqlite:///{path}")
    await (await SearchIndex.open(database)).close()
    workspace, _ = await find_or_add(database, "default", yesterday())
    papers = [make_paper(id=f"p{n:02}", title=f"Paper {n}", comment="長い感想。" * 60) for n in range(PAPERS)]
    for paper in papers:
        await Importer(database, yesterday).run(workspace, [paper], by=None)
    digests = Digests(database, yesterday, POLICY, {"discord": DiscordRenderer(POLICY.zone)})
    for n in range(CHANNELS):
        await digests.subscribe(
            workspace, SubscriptionRequest(f"c{n}", f"discord:{_GUILD}/{_GUILD + n + 1}", _EVERY_MINUTE, (), "ja")
        )
    await database.close()


def channels_on(server: DiscordServer) -> list[Channel]:
    """Make the channels of the store on a server."""
    guild = server.add_guild("研究室", guild_id=_GUILD)
    return [guild.channel(f"c{n}", channel_id=_GUILD + n + 1) for n in range(CHANNELS)]


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


def is_claimed(store: Path) -> bool:
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
        found = connection.execute("SELECT count(*) FROM subscriptions WHERE paused_reason IS NOT NULL").fetchone()
    return int(found[0])


def _any(store: Path, condition: str) -> bool:
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        return connection.execute(f"SELECT 1 FROM editions WHERE {condition}").fetchone() is not None


def counted(channels: list[Channel]) -> Counter[str]:
    """Count the papers that are missing or there twice, and the channels in the wrong order."""
    outcome: Counter[str] = Counter()
    wanted = [f"p{n:02}" for n in range(PAPERS)]
    for channel in channels:
        arrived = [embed["footer"]["text"].split(" ")[0] for message in channel.messages for embed in message.embeds]
        outcome["lost"] += len(set(wanted) - set(arrived))
        outcome["twice"] += len(arrived) - len(set(arrived))
        outcome["out of order"] += arrived != sorted(arrived)
    return outcome


@dataclass(frozen=True, slots=True)
class _Standing:
    done: bool
    claimed: bool
    nonce: str | None  # of the message that is recorded as being sent


def steps(store: Path, server: DiscordServer, channels: list[Channel]) -> Counter[str]:
    """Return the outbox step of each channel's edition, right after its process was killed."""
    query = (
        "SELECT s.channel, e.done_at IS NOT NULL, e.lease_owner IS NOT NULL,"
        " max(m.nonce) FILTER (WHERE m.state = 'sending')"
        " FROM subscriptions s JOIN editions e ON e.subscription_id = s.id JOIN messages m ON m.edition_id = e.id"
        " GROUP BY e.id"
    )
    with closing(sqlite3.connect(store, timeout=20)) as connection:
        found = {int(channel.rpartition("/")[2]): _Standing(*rest) for channel, *rest in connection.execute(query)}
    return Counter(_step(found.get(channel.id), server, channel) for channel in channels)


STEPS = (
    "1 edition not yet written",
    "2 written, not claimed",
    "3 claimed, nothing begun",
    "4 noted as sending, not sent",
    "5 request at Discord, not applied",
    "6 refused, before the next attempt",
    "7 applied, not answered",
    "8 answered, not recorded",
    "9 all recorded",
)


def _step(edition: _Standing | None, server: DiscordServer, channel: Channel) -> str:
    if edition is None:
        return STEPS[0]
    if edition.done:
        return STEPS[8]
    if edition.nonce is None:
        return STEPS[2] if edition.claimed else STEPS[1]
    asked = [
        each for each in server.requests if each.method == "POST" and (each.body or {}).get("nonce") == edition.nonce
    ]
    if not asked:
        return STEPS[3]
    if any(message.nonce == edition.nonce for message in channel.messages):
        return STEPS[7] if asked[-1].status == 200 else STEPS[6]
    return STEPS[5] if asked[-1].status >= 400 else STEPS[4]
