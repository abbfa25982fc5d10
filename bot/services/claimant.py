"""The name under which a process holds an edition, and whether the process of such a name still lives.

A lease alone would make a restarted bot wait for its dead predecessor's to run out.
"""

from __future__ import annotations

import socket
import sys
from itertools import count
from os import getpid, readlink
from pathlib import Path

_NAMED = count(1)


def own_name() -> str:
    """Return a name of this process that no other holder has: where it runs, its id, when it began, a number."""
    return f"{here()} {getpid()} {_began(getpid())} {next(_NAMED)}"


def is_dead(name: str) -> bool:
    """Tell whether that process has certainly ended; one that cannot be seen from here may always live."""
    place, pid, began, *_ = [*name.split(" "), "", ""]
    seen_from_here = sys.platform == "linux" and place == here() and pid.isdigit()
    return seen_from_here and _began(int(pid)) != began


def here() -> str:
    """Return where this process's number means something: the host, its boot and its container.

    Two containers may have one host name and a common volume, and see nothing of each other's processes.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()}/{boot}/{readlink('/proc/self/ns/pid')}"
    except OSError:
        return socket.gethostname()


def _began(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "unknown"
