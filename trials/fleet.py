"""Four processes with four shards each, on one store, against one Discord double."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from multiprocessing.context import ForkServerProcess
from time import monotonic

from tests.doubles.discord import Channel, DiscordServer, Guild
from tests.doubles.discord.limits import GLOBAL_RATE, Rate
from tests.doubles.discord.routing import Request
from trials import victim
from trials.process_stores import Ledger, ledger_of
from trials.process_world import World
from trials.storm import ended

SHARES = ("0-3/16", "4-7/16", "8-11/16", "12-15/16")
SHARDS = 16
_START, _LOOK = 60.0, 0.1  # seconds


class Fleet:
    """The processes, and what they do to the double and the store."""

    def __init__(self, url: str, server: DiscordServer, ledger: Ledger, world: World, machines: Sequence[str]) -> None:
        self.server, self.ledger, self.world = server, ledger, world
        self.guilds = world.build(server)
        self._url, self._machines = url, machines
        self._processes = dict[int, ForkServerProcess]()

    @property
    def channels(self) -> list[Channel]:
        """Return the channels that receive the digest."""
        return [channel for _, channels in self.guilds for channel in channels]

    @property
    def first_guilds(self) -> list[Guild]:
        """Return the servers."""
        return [guild for guild, _ in self.guilds]

    @property
    def posts(self) -> list[Request]:
        """Return the posts that Discord took."""
        return [each for each in self.server.sent("POST", "/messages") if each.status == 200]

    def start(self, *numbers: int) -> None:
        """Start processes by their number."""
        for number in numbers:
            settings = {
                "discord_token": self.server.token,
                "discord": {"api_url": self.server.api_url, "shards": SHARES[number]},
                "sharing": "hosted",
                "workspaces": {"default": [f"discord:{guild.id}" for guild in self.first_guilds]},
            }
            self._processes[number] = victim.one_of_several(self._url, settings, self._machines[number])

    async def connected(self) -> None:
        """Wait until all shards are connected."""
        await self.server.connected(SHARDS, _START)

    async def kill(self, number: int) -> float:
        """Kill a process at once and return when."""
        process = self._processes.pop(number)
        process.kill()
        at = monotonic()
        await ended(process)
        return at

    async def holder(self) -> int | None:
        """Return the number of the process that delivers."""
        owner = await self.ledger.holder() or ""
        pid = owner.split(" ")[1] if owner else ""
        return next((number for number, each in self._processes.items() if str(each.pid) == pid), None)

    @property
    def alive(self) -> list[int]:
        """Return the numbers of the processes that run."""
        return [number for number, process in self._processes.items() if process.is_alive()]

    async def delivered(self, seconds: float) -> bool:
        """Wait until everything has arrived, for as long at most; return whether it has."""
        until = monotonic() + seconds
        while not (arrived := await self.ledger.is_delivered(self.world.channels)) and monotonic() < until:  # noqa: ASYNC110 a store does not signal its changes
            await asyncio.sleep(_LOOK)
        return arrived

    async def until_posted(self, more: int, seconds: float) -> None:
        """Wait until so many more messages were posted, for as long at most."""
        enough = len(self.posts) + more
        with suppress(TimeoutError):
            await self.server.until(lambda: len(self.posts) >= enough, seconds)

    async def kill_holder(self) -> float:
        """Kill the process that delivers and return when."""
        while (holder := await self.holder()) is None:  # noqa: ASYNC110 likewise
            await asyncio.sleep(_LOOK)
        return await self.kill(holder)

    async def stop(self) -> int:
        """Stop all processes in order, and count those that do not end with 0."""
        for process in self._processes.values():
            if process.is_alive():
                process.terminate()
        await asyncio.gather(*map(ended, self._processes.values()))
        codes = [process.exitcode for process in self._processes.values()]
        self._processes.clear()
        return sum(code != 0 for code in codes)


@asynccontextmanager
async def fleet(
    url: str,
    world: World,
    machines: Sequence[str] = ("", "", "", ""),
    *,
    global_rate: Rate | None = GLOBAL_RATE,
    nonce_window: float = 300.0,
) -> AsyncIterator[Fleet]:
    """Yield processes that are not started; at the end they are stopped."""
    ledger = await ledger_of(url)
    async with DiscordServer(
        shards=SHARDS, max_concurrency=SHARDS, global_rate=global_rate, nonce_window=nonce_window
    ) as server:
        made = Fleet(url, server, ledger, world, machines)
        try:
            yield made
        finally:
            await made.stop()
            await ledger.close()
