"""Each command says in one line that the database's server is gone, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import program
from tests.terminal import Dayori, assert_one_line

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
