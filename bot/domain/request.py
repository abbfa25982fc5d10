"""One interaction that a platform waits for an answer to: which process answers it, and how long its writes may wait.

Two processes with the same token (during a replacement) both receive every interaction; `bot/store/requests.py` lets
one of them claim it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Request:
    """One interaction: its id on its platform, its time, and the monotonic time until which its writes may wait."""

    id: str
    made_at: datetime
    deadline: float
    is_claimed: bool = False

    @property
    def platform(self) -> str:
        """Return the platform that waits for the answer."""
        return self.id.partition(":")[0]


_current: ContextVar[Request | None] = ContextVar("request", default=None)


def current_request() -> Request | None:
    """Return the request that this task works for."""
    return _current.get()


def current_platform() -> str:
    """Return the platform of this task's request; without one, a person at the terminal waits."""
    request = current_request()
    return request.platform if request else "terminal"


def begin_request(request: Request) -> None:
    """Set the request for this task and those that it starts."""
    _current.set(request)


@contextmanager
def no_request() -> Iterator[None]:
    """Work for no request inside this block: what starts here outlives the person who asked first."""
    before = _current.set(None)
    try:
        yield
    finally:
        _current.reset(before)
