"""Requests from a platform: how long their writes may wait, and which process answers them.

Two processes with the same token (during a replacement) both receive every interaction. The first change of a request
claims its interaction in the same transaction, so a change that is rolled back claims nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.domain.errors import DuplicateError
from bot.i18n import msg
from bot.store.connection import StoreConnection
from bot.store.schema import interactions

_KEPT = timedelta(hours=1)  # an interaction can be answered for 15 minutes


@dataclass(slots=True)
class Request:
    """One interaction: its id on its platform, its time, and the monotonic time until which its writes may wait."""

    id: str
    made_at: datetime
    deadline: float
    is_claimed: bool = False

    async def claim(self, connection: StoreConnection) -> None:
        """Claim this interaction for this process. Raises DuplicateError when another process has claimed it."""
        oldest, made = (moment.astimezone(UTC).isoformat() for moment in (self.made_at - _KEPT, self.made_at))
        await connection.execute(delete(interactions).where(interactions.c.claimed_at < oldest))
        statement = upsert(interactions).values(id=self.id, claimed_at=made).on_conflict_do_nothing()
        if not (await connection.execute(statement)).rowcount:
            raise DuplicateError(msg("Another process answers this already."))


_current: ContextVar[Request | None] = ContextVar("request", default=None)


def current_request() -> Request | None:
    """Return the request that this task works for."""
    return _current.get()


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
