"""An installation in a folder of its own, and what its commands print in this process."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from bot.app import open_app
from bot.cli.program import app
from bot.config import load_config
from tests.nowhere import SOURCES

_ROOT = Path(__file__).parents[2]
STARTER = _ROOT / "config/papers.yaml"
NOWHERE = "http://127.0.0.1:1"  # where nobody answers either, and which is not arXiv's
_PATIENCE = 15.0  # seconds in which a running bot tells its line
_LOOK = 0.02  # seconds between two looks at what it has printed


@dataclass(frozen=True)
class Output:
    """What a command printed, and its exit status."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        """Return all lines, with the sentences that were wrapped in one piece."""
        return [*self.stdout.splitlines(), *self.stderr.splitlines()]

    @cached_property
    def checks(self) -> dict[str, list[dict[str, Any]]]:
        """Return doctor's checks by name."""
        found: dict[str, list[dict[str, Any]]] = {}
        for check in json.loads(self.stdout)["checks"]:
            found.setdefault(check["check"], []).append(check)
        return found


@dataclass
class Stage:
    """A folder with settings and a database of the starter collection; `env` is added to the environment."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    wrapper: tuple[str, ...] = ()  # a command that runs another one in a process of its own, with other rights or disks
    env: dict[str, str] = field(default_factory=dict)

    @classmethod
    def prepared(cls, folder: Path, template: Path) -> Stage:
        """Make a stage with a copy of a database."""
        (folder / "data").mkdir(parents=True)
        shutil.copyfile(template, folder / "data/dayori.db")
        (folder / "data/dayori.db").chmod(0o600)
        others = dict.fromkeys(set(SOURCES) - {"arxiv_url", "arxiv_listing_url"}, NOWHERE)
        return cls(folder, {"papers_file": str(STARTER), "sources": SOURCES | others})

    @property
    def database(self) -> Path:
        """Return the database's file."""
        return self.folder / "data/dayori.db"

    @property
    def settings_file(self) -> Path:
        """Return the settings' file."""
        return self.folder / "config/bot.yaml"

    def write_settings(self) -> None:
        """Write the settings, unless a fault has put something else there."""
        if not self.settings_file.exists():
            self.settings_file.parent.mkdir(exist_ok=True)
            lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in self.settings.items()]
            self.settings_file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def begin_yesterday(self) -> None:
        """Apply the settings as a start a day ago would have, so that every subscription is due."""
        self.write_settings()

        async def begin() -> None:
            yesterday = datetime.now(UTC) - timedelta(hours=25)
            async with open_app(load_config(self.settings_file), clock=lambda: yesterday):
                pass

        with _environment(self.folder, self.env):
            asyncio.run(begin())

    def sql(self, *statements: str) -> None:
        """Change the database."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def keep_arxiv_busy(self) -> None:
        """Write into the store that arXiv wants no request, so that none waits for its turn."""
        until = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="microseconds")
        self.sql(f"INSERT OR REPLACE INTO source_turns (name, free_at) VALUES ('arxiv', '{until}')")

    def doctor(self, *options: str) -> Output:
        """Run `dayori doctor --json`."""
        return self.command("doctor", "--json", *options)

    def run(self, *until: str, typed: str = "") -> Output:
        """Run `dayori run` until it ends, or until all these texts were printed, and then stop it."""
        return self.command("run", until=until, typed=typed)

    def command(self, *arguments: str, until: tuple[str, ...] = (), typed: str = "") -> Output:
        """Run a command in this folder, and in this process unless there is a wrapper."""
        self.write_settings()
        if self.wrapper:
            return self._wrapped(arguments)
        stdout, stderr = _stream(), _stream()
        stdin = io.TextIOWrapper(io.BytesIO(typed.encode()), encoding="utf-8")
        with _environment(self.folder, self.env), redirect_stdout(stdout), redirect_stderr(stderr):
            before, sys.stdin = sys.stdin, stdin
            try:
                with _stopped_after(until, stdout, stderr):
                    code = _exit_code([*arguments])
            finally:
                sys.stdin = before
        return Output(code, _text(stdout), _text(stderr))

    def _wrapped(self, arguments: tuple[str, ...]) -> Output:
        command = [*self.wrapper, sys.executable, "-m", "bot", *arguments]
        with _environment(self.folder, self.env | {"PYTHONPATH": str(_ROOT)}):
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        return Output(ended.returncode, ended.stdout, ended.stderr)


def template(folder: Path) -> Path:
    """Return the database that a first start makes in an empty folder."""
    stage = Stage(folder, {"papers_file": str(STARTER)})
    started = stage.run()
    assert started.code == 0, started.stderr
    with closing(sqlite3.connect(stage.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return stage.database


def _exit_code(arguments: list[str]) -> int:
    try:
        app(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@contextmanager
def _stopped_after(until: tuple[str, ...], *streams: io.TextIOWrapper) -> Iterator[None]:
    """Send SIGTERM to this process when all texts were printed, or after a while, unless the block has ended."""
    over, lock = threading.Event(), threading.Lock()

    def stop() -> None:
        give_up = monotonic() + _PATIENCE
        while not over.is_set() and monotonic() < give_up:
            printed = "".join(map(_text, streams))
            if all(text in printed for text in until):
                break
            sleep(_LOOK)
        with lock:
            if not over.is_set():
                os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=stop)
    if until:
        watcher.start()
    try:
        yield
    finally:
        with lock:
            over.set()
        if until:
            watcher.join()


@contextmanager
def _environment(folder: Path, env: dict[str, str]) -> Iterator[None]:
    """Work in a folder, with an environment that holds none of this machine's tokens."""
    before, here = dict(os.environ), Path.cwd()
    for name in list(os.environ):
        if re.match(r"(?i)DAYORI_|DISCORD_|SLACK_|\w+_PROXY$", name) and name != "DISCORD_OPENAPI":
            del os.environ[name]
    os.environ |= {"COLUMNS": "400", **env}
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ |= before


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    with suppress(ValueError):
        return buffer.getvalue().decode("utf-8", "replace")
    return ""
