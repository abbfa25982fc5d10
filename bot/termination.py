"""SIGTERM from the first moment on: a start that is told to stop ends at once, in order, and with 0.

This module imports next to nothing, not even asyncio, since it is there before everything else; a platform that runs
puts its own way to stop in this one's place.
"""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False  # what type checkers take for true; typing itself is not there yet
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

_CUT = 9.5  # seconds after which a stop that hangs is cut; Docker would kill after ten


class StoppedBySignal(Exception):  # noqa: N818 - no error: the operator wants it so
    """The program was told to stop, and has."""


def exit_on_sigterm() -> None:
    """End with 0 as long as nothing is open that has to be closed: while modules and settings are read."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


async def until_sigterm(work: Coroutine[Any, Any, None]) -> None:
    """Do something, and cancel it on SIGTERM where that was to end with 0. Raises Stopped then."""
    import asyncio

    if not callable(signal.getsignal(signal.SIGTERM)):
        await work
        return
    task, loop, is_stopped = asyncio.ensure_future(work), asyncio.get_running_loop(), False

    def stop() -> None:
        nonlocal is_stopped
        is_stopped = True
        task.cancel()
        loop.call_later(_CUT, os._exit, 1)

    loop.add_signal_handler(signal.SIGTERM, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not is_stopped:
            raise
        raise StoppedBySignal from None
