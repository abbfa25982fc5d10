"""From a slash command's arrival to its answer's leaving, beside a bare echo, at 1,000 and 10,000 papers."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import BARE, OURS, running, settings
from tests.doubles.discord import Channel, DiscordServer, Member

CALLS, SIZES = 400, (1_000, 10_000)
_WORDS = ("拡散", "言語", "モデル", "学習", "推論", "画像", "生成", "検索", "効率", "評価", "attention", "graph",
          "policy", "vision", "speech", "reward", "prompt", "token", "sparse", "robust")  # fmt: skip


async def measure() -> None:
    with TemporaryDirectory() as folder:
        async with DiscordServer(channel_rate=None, webhook_rate=None, global_rate=None) as server:
            guild = server.add_guild("研究室")
            reader, general = guild.member("太郎"), guild.channel("general")
            async with running(server, *BARE):
                echo = await _times(server, reader, general, "echo", ["RetNet"])
            print(f"{'bare echo':23} {_line(echo)}", flush=True)
            for size in SIZES:
                store = Path(folder) / str(size)
                store.mkdir()
                queries = _collection(store / "papers.json", size)
                config = settings(store, store / "papers.json")
                async with running(server, *OURS, "--config", str(config)):
                    ours = await _times(server, reader, general, "paper", queries)
                ratios = f"ratio {ours[0] / echo[0]:.2f} / {ours[1] / echo[1]:.2f}"
                print(f"{f'/paper, {size:,} papers':23} {_line(ours)}  {ratios}", flush=True)


async def _times(
    server: DiscordServer, reader: Member, general: Channel, command: str, queries: list[str]
) -> tuple[float, float]:
    """Return the median and the 99th percentile in milliseconds."""
    taken = []
    for n in range(CALLS):
        reply = await server.slash(reader, general, command, query=queries[n % len(queries)], locale="ja")
        taken.append(reply.elapsed * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)]


def _line(times: tuple[float, float]) -> str:
    return f"p50 {times[0]:6.2f} ms   p99 {times[1]:6.2f} ms"


def _collection(file: Path, size: int) -> list[str]:
    """Write a collection of made-up papers and return queries for it: words, titles and ids."""
    dice = random.Random(size)
    papers = []
    for n in range(size):
        words = dice.choices(_WORDS, weights=[1 / (rank + 1) for rank in range(len(_WORDS))], k=6)
        papers.append({"id": f"p{n}", "title": f"{' '.join(words)} {n}", "headline": "".join(words[:3]),
                       "comment": "".join(dice.choices(_WORDS, k=12)), "tags": words[:2],
                       "identifiers": {"arxiv": f"2301.{n:05}"}})  # fmt: skip
    file.write_text(json.dumps({"papers": papers}, ensure_ascii=False), encoding="utf-8")
    some = dice.sample(papers, 40)
    return (
        [str(p["title"]) for p in some]
        + [str(p["id"]) for p in some]
        + [f"2301.{dice.randrange(size):05}"]
        + list(_WORDS)
    )


if __name__ == "__main__":
    asyncio.run(measure())
