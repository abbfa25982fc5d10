"""The name under which a process holds an edition, and whether the process of such a name still lives.

A lease alone would make a restarted bot wait for its dead predecessor's to run out.
"""

from __future__ import annotations

import socket
import sys
from os import getpid
from pathlib import Path


def own_name() -> str:
    """Return this process's name: host, process id and when the process began."""
    return f"{socket.gethostname()} {getpid()} {_began(getpid())}"


def is_dead(name: str) -> bool:
    """Tell whether that process has certainly ended; one on another host may always live."""
    host, _, process = name.partition(" ")
    pid, _, began = process.partition(" ")
    on_this_host = sys.platform == "linux" and host == socket.gethostname() and pid.isdigit()
    return on_this_host and _began(int(pid)) != began


def _began(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "unknown"
