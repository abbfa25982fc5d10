"""Handles SIGTERM from the first moment: a stop during the start ends the program at once with status 0.

This module imports almost nothing, not even asyncio, because it runs before everything else; a running platform
installs its own handler instead.
"""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False  # as `typing.TYPE_CHECKING`, whose import would be too slow here
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

_CUT = 9.5  # seconds until a hanging stop is cut off; Docker kills after ten


class StoppedBySignal(Exception):  # noqa: N818 - not an error: the operator wants it
    """The program received SIGTERM and has stopped; it exits with `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def exit_on_sigterm() -> None:
    """Make SIGTERM exit with 0 while nothing is open yet: during imports and the reading of settings."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


async def until_sigterm(work: Coroutine[Any, Any, None], *, leaves_files: bool) -> None:
    """Run `work`, and cancel it on SIGTERM if that was set to exit, or if it would leave files that are not whole.

    Raises StoppedBySignal then: a bot ends with 0, any other command like one that the signal killed.
    """
    import asyncio
    import threading

    is_bot = callable(signal.getsignal(signal.SIGTERM))
    if not (is_bot or leaves_files) or threading.current_thread() is not threading.main_thread():
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
        raise StoppedBySignal(0 if is_bot else 128 + signal.SIGTERM) from None
