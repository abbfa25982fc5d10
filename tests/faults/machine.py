"""Faults of the machine, for which a command gets a process with fewer rights or with disks of its own (Linux).

They take a second or more each, so only the trial goes through them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.faults.fault import Arrange, Scene, alone
from tests.faults.stage import Stage

# root may write what its mode forbids, unless these capabilities are taken away
_UNPRIVILEGED = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner", "--")


def _mounted(script: str) -> tuple[str, ...]:
    """Return a wrapper that runs a script where nobody else sees what it mounts, and then the command."""
    return ("unshare", "--map-root-user", "--mount", "sh", "-c", f'set -e; {script}; exec "$@"', "sh")


def _wrapped(script: str) -> Arrange:
    def arrange(stage: Stage) -> None:
        stage.wrapper = _mounted(script)

    return arrange


def _modes(*modes: tuple[str, int]) -> Arrange:
    """Return how to give files and folders of a stage other modes; the end gives them back for the clean-up."""

    @contextmanager
    def arrange(stage: Stage) -> Iterator[None]:
        stage.wrapper = _UNPRIVILEGED
        stage.write_settings()
        before = {path: (stage.folder / path).stat().st_mode for path, _ in modes}
        for path, mode in modes:
            (stage.folder / path).chmod(mode)
        try:
            yield
        finally:
            for path, mode in before.items():
                (stage.folder / path).chmod(mode)

    return arrange


@contextmanager
def _locked(stage: Stage) -> Iterator[None]:
    with closing(sqlite3.connect(stage.database, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        yield


def _copies_elsewhere(stage: Stage) -> None:
    """Put the copies on a disk of their own, which is smaller than the database."""
    (stage.folder / "data/copies").mkdir()
    stage.settings["backups"] = {"folder": "copies"}
    stage.wrapper = _mounted("mount -t tmpfs -o size=64k none data/copies")


_COPY = "cp -a data /tmp/dayori-$$; mount -t tmpfs -o size={size} none data; mv /tmp/dayori-$$/* data"
SCENES: tuple[Scene, ...] = (
    alone(
        "read-only disk",
        _wrapped("mount --bind data data; mount -o remount,ro,bind data"),
        check="database rights",
        doctor="読み取り専用",
        run="ディスクが読み取り専用",
    ),
    alone(
        "full disk",
        _wrapped(_COPY.format(size="1m") + "; dd if=/dev/zero of=data/junk 2>/dev/null || true"),
        check="disk",
        doctor="空き 0 MB",
        run="空きを作ってください",
    ),
    alone(
        "a small disk",
        _wrapped(_COPY.format(size="80m")),
        check="disk",
        level="warning",
        doctor="空き",
        ends=0,
    ),
    alone(
        "read-only database file",
        _modes(("data/dayori.db", 0o400)),
        check="database rights",
        doctor="書き込めません",
        run="書き込めるようにしてください",
    ),
    alone(
        "folder of another user",
        _modes(("data", 0o500)),
        check="database rights",
        doctor="書き込めません",
        run="書き込めるように",
    ),
    alone("settings that may not be read", _modes(("config/bot.yaml", 0o000)), doctor="権限がありません"),
    alone(
        "no room for copies",
        _copies_elsewhere,
        check="backup",
        level="warning",
        doctor="置く空きがありません",
        ends=0,
    ),
    alone("locked by another program", _locked, check="database", doctor="ロック"),
)
