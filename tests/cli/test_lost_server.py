"""Each command says in one line that the database's server is gone, and what to do."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli import program
from bot.store.database import Database
from tests.doubles.cut_connection import cut_connection
from tests.stores import on_server
from tests.terminal import Dayori, assert_one_line, in_a_thread

NOWHERE = "postgresql+asyncpg://bot:geheim@127.0.0.1:1/dayori"
COMMANDS = (
    *("digest", "export", "feeds list", "feeds poll", "history", "inbox", "inbox accept 1", "mcp", "post", "redo"),
    *("refresh", "run", "servers", "servers allow 1", "stats", "undo --yes", "add 2307.08621", "show retnet"),
    *("edit retnet --comment x", "remove retnet --yes", "search RetNet", "site out", "backup copy.db"),
    *("import papers.yaml", "feeds test a.xml"),
)
WITHOUT = {"doctor", "init", "slack-manifest", "restore", "copy-store"}  # tell it in other words, or need no database


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_its_server_says_so_and_what_to_do(
    dayori: Dayori, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("DAYORI_DATABASE_URL", NOWHERE)
    for file in ("papers.yaml", "a.xml"):
        (tmp_path / file).write_text("papers: []\n", encoding="utf-8")
    result = dayori(*command.split())
    assert_one_line(result, "サーバーにつながりません: 接続を拒否しています")
    assert "database_urlと、サーバーが動いていてここから接続できることを確認してください。" in result.stderr
    assert "geheim" not in result.stderr


def test_every_command_is_among_them() -> None:
    names = {each.split()[0] for each in COMMANDS}
    assert names | WITHOUT == set(program.COMMANDS)


async def number_of_papers(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.exec_driver_sql("SELECT count(*) FROM papers")).scalar_one())


@on_server
async def test_an_import_that_loses_its_server_says_what_is_there_and_goes_on_when_it_is_repeated(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "many.json"
    file.write_text(json.dumps({"papers": [{"id": f"p{n}", "title": f"Paper {n}"} for n in range(3_000)]}))
    settings = {"DAYORI_PAPERS_FILE": "", "DAYORI_LOCALE": "en"}
    async with cut_connection(database_url) as (network, url):
        running = asyncio.create_task(in_a_thread("import", str(file), **settings, DAYORI_DATABASE_URL=url))
        while await number_of_papers(database) < 1_000:
            await asyncio.sleep(0.02)
        network.cuts.append("before")
        assert_one_line(await running, "of 3000 papers are imported; the same command imports the others.")
    assert await number_of_papers(database) < 3_000
    again = await in_a_thread("import", str(file), **settings, DAYORI_DATABASE_URL=database_url)
    assert (again.exit_code, await number_of_papers(database)) == (0, 3_000)
