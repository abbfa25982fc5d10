"""A bot in a process of its own: starts, watches and stops it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Protocol

from tests.nowhere import SOURCES

ROOT = Path(__file__).parents[1]
OURS = ("-m", "bot", "run")
BARE = ("-m", "bench.bare")


def settings(folder: Path, papers_file: Path | str) -> Path:
    """Write the settings of a bot with its store in that folder and unreachable sources."""
    file, store = folder / "bot.yaml", f"sqlite+aiosqlite:///{folder}/dayori.db"
    chosen = {"database_url": store, "papers_file": str(papers_file), "sources": SOURCES}
    file.write_text(json.dumps(chosen), encoding="utf-8")
    return file


class Server(Protocol):
    """A double that a bot connects to."""

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings by which a bot in a process of its own finds it."""

    async def connected(self, *, timeout: float) -> None:  # noqa: ASYNC109 - the doubles wait with their own
        """Wait until the bot is connected."""

    async def disconnected(self) -> None:
        """Wait until the bot is gone."""


@asynccontextmanager
async def running(server: Server, *command: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, float]]:
    """Run a bot until its session is open; yield the process and the seconds it took."""
    began = perf_counter()
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=ROOT,
        env={"PATH": "", **server.environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await server.connected(timeout=60)
        yield bot, perf_counter() - began
    finally:
        bot.terminate()
        await bot.wait()
        await server.disconnected()


def resident_mib(bot: asyncio.subprocess.Process) -> float:
    """Return a process's resident memory in MiB."""
    status = Path(f"/proc/{bot.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
