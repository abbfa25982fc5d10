"""Kills `dayori post` at random moments of an edition, starts it again, and looks in the channel what arrived."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.doubles.discord import Channel, DiscordServer

RUNS, PAPERS, KILLS = 50, 30, 3
ROOT = Path(__file__).parents[1]


async def main() -> None:
    dice = random.Random(2026)
    outcome: Counter[str] = Counter()
    async with DiscordServer(channel_rate=None) as server:
        for run in range(RUNS):
            outcome += await _storm(server, server.add_guild(f"run {run}").channel("論文"), dice)
            print(f"\r{run + 1}/{RUNS} {dict(outcome)}", end="", file=sys.stderr, flush=True)
    print(f"\n{RUNS} editions of {PAPERS} papers, killed up to {KILLS} times each: {dict(outcome)}")
    sys.exit(1 if outcome["lost"] or outcome["twice"] or outcome["out of order"] else 0)


async def _storm(server: DiscordServer, channel: Channel, dice: random.Random) -> Counter[str]:
    """Deliver one edition through kills at random moments and count what became of its papers."""
    outcome: Counter[str] = Counter()
    with TemporaryDirectory() as folder:
        config = _settings(Path(folder), channel)
        for _ in range(KILLS):
            bot = await _post(server, config)
            before = len(server.requests)
            with_requests = dice.randint(1, 4)
            while bot.returncode is None and len(server.requests) - before < with_requests:
                await asyncio.sleep(0.002)
            await asyncio.sleep(dice.uniform(0, 0.03))
            if bot.returncode is None:
                outcome["killed"] += 1
                bot.kill()
            await bot.wait()
        await (await _post(server, config, now=not channel.messages)).wait()
    arrived = [embed["footer"]["text"].split(" ")[0] for message in channel.messages for embed in message.embeds]
    wanted = [f"p{n:02}" for n in range(PAPERS)]
    outcome["lost"] += len(set(wanted) - set(arrived))
    outcome["twice"] += len(arrived) - len(set(arrived))
    outcome["out of order"] += arrived != sorted(arrived)
    return outcome


async def _post(server: DiscordServer, config: Path, *, now: bool = True) -> asyncio.subprocess.Process:
    command = ("-m", "bot", "post", "--config", str(config), *(("--now", "weekly") if now else ()))
    environment = {"PATH": "", **server.environment}
    return await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, env=environment,
                                                stdout=asyncio.subprocess.DEVNULL)  # fmt: skip


def _settings(folder: Path, channel: Channel) -> Path:
    papers = [{"id": f"p{n:02}", "title": f"Paper {n}", "date": f"2024-01-{n + 1:02}", "comment": "長い感想。" * 60}
              for n in range(PAPERS)]  # fmt: skip
    (folder / "papers.json").write_text(json.dumps({"papers": papers}), encoding="utf-8")
    config = folder / "bot.yaml"
    config.write_text(
        f"database_url: sqlite+aiosqlite:///{folder}/dayori.db\npapers_file: {folder}/papers.json\n"
        f"digest: {{max_papers: {PAPERS}, when_empty: skip}}\n"
        f'subscriptions: [{{name: weekly, channel: "discord:{channel.guild.id if channel.guild else 0}/{channel.id}"}}]\n',
        encoding="utf-8",
    )
    return config


if __name__ == "__main__":
    asyncio.run(main())
