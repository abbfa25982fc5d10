"""What several processes serve: the servers and channels of the Discord double, all due, and the papers for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.paper import make_paper
from bot.platforms.discord.render import DiscordRenderer
from bot.services.digests.composing import Digests
from bot.services.digests.subscription_request import SubscriptionRequest
from bot.services.papers.importing import Importer
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.discord import Channel, DiscordServer, Guild
from trials.victim import POLICY

# Discord chooses the shard by (id >> 22) % total: consecutive servers are in consecutive shards of sixteen.
_FIRST, _STEP = 880_000_000_000_000_000 >> 22, 1


@dataclass(frozen=True, slots=True)
class World:
    """Servers with so many channels each, and papers; `long` ones fill several messages."""

    sizes: tuple[int, ...]
    papers: int = 3
    long: bool = False

    @property
    def channels(self) -> int:
        """Return how many channels there are."""
        return sum(self.sizes)

    @property
    def wanted(self) -> list[str]:
        """Return the ids of the papers that every channel receives, in this order."""
        return [f"p{n:02}" for n in range(self.papers)]

    async def fill(self, url: str) -> None:
        """Write a store in which every channel is due since yesterday."""

        def yesterday() -> datetime:
            return datetime.now(UTC) - timedelta(days=1)

        database = await open_database(url)
        await (await SearchIndex.open(database)).close()
        workspace, _ = await find_or_add(database, "default", yesterday())
        for id in self.wanted:
            paper = make_paper(id=id, title=f"Paper {id}", comment="長い感想。" * (60 if self.long else 1))
            await Importer(database, yesterday).run(workspace, [paper], by=None)
        digests = Digests(database, yesterday, POLICY, {"discord": DiscordRenderer(POLICY.zone)})
        for server, size in enumerate(self.sizes):
            for n in range(size):
                place = f"discord:{_server(server)}/{_channel(server, n)}"
                await digests.subscribe(workspace, SubscriptionRequest(f"s{server}c{n}", place, "* * * * *", (), "ja"))
        await database.close()

    def build(self, server: DiscordServer) -> list[tuple[Guild, list[Channel]]]:
        """Make the servers and channels on the double."""
        return [
            (guild, [guild.channel(f"c{n}", channel_id=_channel(number, n)) for n in range(size)])
            for number, size in enumerate(self.sizes)
            for guild in [server.add_guild(f"研究室{number}", guild_id=_server(number))]
        ]

    def wrong(self, channels: list[Channel]) -> Counter[str]:
        """Count papers that are missing or there twice, and channels in the wrong order."""
        outcome: Counter[str] = Counter()
        for channel in channels:
            arrived = [embed["footer"]["text"].split(" ")[0] for each in channel.messages for embed in each.embeds]
            outcome["lost"] += len(set(self.wanted) - set(arrived))
            outcome["twice"] += len(arrived) - len(set(arrived))
            outcome["out of order"] += arrived != sorted(arrived)
        return outcome


def _server(number: int) -> int:
    return _FIRST + number * _STEP << 22


def _channel(server: int, number: int) -> int:
    return _server(server) + 1 + number
