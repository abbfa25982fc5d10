"""The priority of a second process, below that of the bot."""

from __future__ import annotations

import os

_NICE = 10  # added to a process's nice value; 19 is the lowest priority


def lower_priority() -> None:
    """Let the bot's process come first, so that look-ups do not wait for this one; on Windows nothing changes."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
