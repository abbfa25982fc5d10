"""Names the process that holds an edition's lease, and finds out whether the process of such a name still runs.

With expiring leases alone, a restarted bot would wait until the lease of its dead predecessor runs out.
"""

from __future__ import annotations

import socket
import sys
from itertools import count
from os import getpid, readlink
from pathlib import Path

_SERIAL = count(1)


def new_owner() -> str:
    """Return a unique owner name: where the process runs, its id, its start time, and a serial number."""
    return f"{process_space()} {getpid()} {_started_at(getpid())} {next(_SERIAL)}"


def process_of(name: str) -> str:
    """Return what all owners' names of one process have in common."""
    return name.rpartition(" ")[0]


def has_ended(name: str) -> bool:
    """Return whether that process has certainly ended; one that cannot be seen from here may still run."""
    place, pid, began, *_ = [*name.split(" "), "", ""]
    seen_from_here = sys.platform == "linux" and place == process_space() and pid.isdigit()
    return seen_from_here and _started_at(int(pid)) != began


def process_space() -> str:
    """Return the space in which this process's id is unique: the host, its boot and its container's PID namespace.

    Two containers may share a host name and a volume without seeing each other's processes.
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
