"""A start imports nothing that it does not need, since that costs time and memory at every start."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.conftest import STARTER
from tests.doubles.discord import DiscordServer
from tests.nowhere import SOURCES

_PROGRAM = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, sep="\\n", file=sys.stderr))
from bot.__main__ import main
main()
"""
_ROOT = Path(__file__).parents[1]
_OF_A_TERMINAL = {"prompt_toolkit", "pygments", "rich", "typer"}
_OF_FILES = {"bibtexparser", "bot.formats.entries", "pylatexenc"}
_RARE = {"PIL", "alembic", "bot.store.migrations", "feedparser", "sqlalchemy.ext.asyncio", "sqlalchemy.orm"}
_OF_A_FIRST_USE = {
    "bot.domain.query",
    "bot.store.search_index.maintenance",
    "bot.domain.paper_features",
    "bot.domain.classifier",
    "bot.services.feeds.workspace_scores",
    "aiolimiter",
    "bot.services.feeds.trial",
    "bot.services.papers.update_checks",
    "bot.domain.feed_rule",
    "bot.services.file_sync.sync",
    "dotenv",
    "getpass",
    "rapidfuzz",
}


async def test_a_bot_that_serves_imports_neither_formats_nor_what_draws_at_a_terminal(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        server.add_guild("研究室")
        await _imported_by_a_served_bot(server, tmp_path)  # creates the store
        imported = await _imported_by_a_served_bot(server, tmp_path)
    assert "discord" in imported
    assert imported & (_OF_A_TERMINAL | _OF_FILES | _RARE | _OF_A_FIRST_USE) == set()


async def test_a_search_at_the_terminal_imports_no_platform_and_no_format(tmp_path: Path) -> None:
    arguments = ("search", "RetNet", "--json", "--config", _settings(tmp_path))
    await _imported(*arguments)
    imported = await _imported(*arguments)
    assert "bot.cli.lookup" in imported
    assert imported & ({"aiohttp", "apscheduler", "discord", "prompt_toolkit"} | _OF_FILES | _RARE) == set()


async def _imported_by_a_served_bot(server: DiscordServer, folder: Path) -> set[str]:
    bot = await _started("run", "--config", _settings(folder), environment=server.environment)
    await server.connected(timeout=30)
    bot.terminate()
    names = _names(await bot.communicate())
    await server.until(lambda: not server.gateway.connected)
    return names


async def _imported(*arguments: str) -> set[str]:
    return _names(await (await _started(*arguments, environment={})).communicate())


async def _started(*arguments: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    variables = {key: value for key, value in os.environ.items() if key != "DISCORD_TOKEN"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM,
        *arguments,
        cwd=_ROOT,
        env=variables | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def _settings(folder: Path) -> str:
    file, store = folder / "bot.yaml", f"sqlite+aiosqlite:///{folder}/dayori.db"
    settings = {"database_url": store, "papers_file": str(STARTER), "sources": SOURCES}
    file.write_text(json.dumps(settings), encoding="utf-8")
    return str(file)


def _names(output: tuple[bytes, bytes]) -> set[str]:
    return set(output[1].decode().splitlines())
