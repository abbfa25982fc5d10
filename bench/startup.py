"""Time from a process's start to its open session, and its memory then, beside a bare discord.py bot."""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.processes import BARE, OURS, ROOT, resident_mib, running, settings
from tests.doubles.discord import DiscordServer

RUNS = 7


async def measure() -> None:
    with TemporaryDirectory() as folder:
        config = settings(Path(folder), ROOT / "config/papers.yaml")
        kinds = {"bare discord.py": BARE, "ours": (*OURS, "--config", str(config))}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
        async with DiscordServer() as server:
            server.add_guild("研究室")
            for n in range(RUNS + 1):
                for name, command in kinds.items():
                    async with running(server, *command) as (bot, seconds):
                        await asyncio.sleep(1)
                        if n:  # the first start creates the store
                            times[name].append((seconds, resident_mib(bot)))
    bare, ours = ([median(each[i] for each in times[name]) for i in (0, 1)] for name in kinds)
    print(f"start to open session   bare {bare[0]:6.2f} s    ours {ours[0]:6.2f} s    ratio {ours[0] / bare[0]:.2f}")
    print(
        f"resident memory         bare {bare[1]:6.1f} MiB  ours {ours[1]:6.1f} MiB  ratio {ours[1] / bare[1]:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    asyncio.run(measure())
