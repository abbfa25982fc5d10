"""The terminal's commands in tests: running them and reading their output."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from typer.testing import CliRunner, Result

from bot.cli import program
from tests.logs import reset_logs
from tests.stores import execute

_ROOT = Path(__file__).parents[1]
_LONGEST = 30.0  # seconds until a program that waits forever is killed
Dayori = Callable[..., Result]
"""Runs a command of `dayori` with these arguments; `typed` is its standard input."""


def document(result: Result) -> Any:
    """Return the one JSON document that a command printed."""
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def assert_one_line(result: Result, says: str, exit_code: int = 1) -> None:
    assert result.exit_code == exit_code
    assert result.stdout == ""
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def everything(dayori: Dayori) -> list[dict[str, Any]]:
    papers: list[dict[str, Any]] = document(dayori("export", "--format", "json"))["papers"]
    return papers


def make_workspace(url: str, name: str) -> None:
    """Create a workspace in the store of this URL, like the bot does for a hosted server."""
    execute(url, "INSERT INTO workspaces (name, created_at) VALUES (:name, '2024-01-01T00:00:00+00:00')", name=name)


async def in_a_thread(*arguments: str, **environment: str) -> Result:
    """Run a command in a thread with an event loop of its own, while this one serves what the command contacts."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY  # global to the process
    try:
        return await asyncio.to_thread(CliRunner(env=environment).invoke, program.app, arguments)
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before[0], yarl.URL(before[1])
        reset_logs()


def on_a_terminal(*arguments: str, keys: Sequence[tuple[str, str]] = (), ends_with: int = 0) -> str:
    """Return what a command prints on a terminal of its own; each of `keys` is typed when its text has appeared."""
    ours, theirs = pty.openpty()
    command = (sys.executable, "-m", "bot", *arguments)
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=_ROOT, start_new_session=True)
    os.close(theirs)
    too_long = threading.Timer(_LONGEST, process.kill)
    too_long.start()
    screen, seen, waiting = b"", 0, list(keys)
    try:
        while some := os.read(ours, 4096):
            screen += some
            if b"\x1b[6n" in some:  # a query for the cursor's position, which a terminal answers
                os.write(ours, b"\x1b[1;1R")
            while waiting and (at := screen.find(waiting[0][0].encode(), seen)) >= 0:
                seen = at + 1
                os.write(ours, waiting.pop(0)[1].encode())
    except OSError:  # Linux reports the end of a terminal like this
        pass
    os.close(ours)
    too_long.cancel()
    assert process.wait() == ends_with, screen.decode()
    assert not waiting, screen.decode()
    return screen.decode()
