"""What tests of the terminal's commands say of a result."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from typer.testing import Result

_ROOT = Path(__file__).parents[1]
_LONGEST = 30.0  # seconds until a program that waits for something else is killed
Dayori = Callable[..., Result]
"""Runs a command of `dayori` with these arguments; `typed` is its standard input."""


def document(result: Result) -> Any:
    """Return the one JSON document that a command printed."""
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def assert_one_line(result: Result, says: str) -> None:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def everything(dayori: Dayori) -> list[dict[str, Any]]:
    papers: list[dict[str, Any]] = document(dayori("export", "--format", "json"))["papers"]
    return papers


def make_workspace(database: Path, name: str) -> None:
    """Make a workspace as the bot does for a server that it hosts."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO workspaces (name, created_at) VALUES (?, '2024-01-01T00:00:00+00:00')", (name,))


def on_a_terminal(*arguments: str, keys: Sequence[tuple[str, str]] = (), ends_with: int = 0) -> str:
    """Return what a command shows on a terminal of its own; `keys` are typed, each when its text is shown."""
    ours, theirs = pty.openpty()
    command = (sys.executable, "-m", "bot", *arguments)
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=_ROOT, start_new_session=True)
    os.close(theirs)
    too_long = threading.Timer(_LONGEST, process.kill)
    too_long.start()
    shown, seen, waiting = b"", 0, list(keys)
    try:
        while some := os.read(ours, 4096):
            shown += some
            if b"\x1b[6n" in some:  # where the cursor is: a terminal answers that
                os.write(ours, b"\x1b[1;1R")
            while waiting and (at := shown.find(waiting[0][0].encode(), seen)) >= 0:
                seen = at + 1
                os.write(ours, waiting.pop(0)[1].encode())
    except OSError:  # Linux tells the end of a terminal so
        pass
    os.close(ours)
    too_long.cancel()
    assert process.wait() == ends_with, shown.decode()
    assert not waiting, shown.decode()
    return shown.decode()
