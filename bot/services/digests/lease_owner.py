"""The name under which a process holds an edition, and whether the process of such a name still lives.

A lease alone would make a restarted bot wait for its dead predecessor's to run out.
"""

from __future__ import annotations

import socket
import sys
from itertools import count
from os import getpid, readlink
from pathlib import Path

_SERIAL = count(1)


def new_owner() -> str:
    """Return a name of this process that no other holder has: where it runs, its id, when it began, a number."""
    return f"{process_space()} {getpid()} {_started_at(getpid())} {next(_SERIAL)}"


def has_ended(name: str) -> bool:
    """Tell whether that process has certainly ended; one that cannot be seen from here may always live."""
    place, pid, began, *_ = [*name.split(" "), "", ""]
    seen_from_here = sys.platform == "linux" and place == process_space() and pid.isdigit()
    return seen_from_here and _started_at(int(pid)) != began


def process_space() -> str:
    """Return where this process's number means something: the host, its boot and its container.

    Two containers may have one host name and a common volume, and see nothing of each other's processes.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()}/{boot}/{readlink('/proc/self/ns/pid')}"
    except OSError:
        return socket.gethostname()


def _started_at(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "unknown"
