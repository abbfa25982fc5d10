"""What somebody asked for through a platform: how long its writing may wait, and whose change it is when two hear it.

Two processes on one token (one is being replaced by the other) get every interaction. The first change that one makes
claims the interaction in the same transaction, so that a change that is rolled back claims nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import DuplicateError
from bot.i18n import msg
from bot.store.schema import interactions

_KEPT = timedelta(hours=1)  # an interaction can be answered for 15 minutes


@dataclass(slots=True)
class Request:
    """One interaction: its name on its platform, when it was made, and until when (monotonic) its writing may wait."""

    id: str
    made_at: datetime
    deadline: float
    is_claimed: bool = False

    async def claim(self, connection: AsyncConnection) -> None:
        """Note that this process answers it. Raises DuplicateError when another one does."""
        oldest, made = (moment.astimezone(UTC).isoformat() for moment in (self.made_at - _KEPT, self.made_at))
        await connection.execute(delete(interactions).where(interactions.c.claimed_at < oldest))
        statement = upsert(interactions).values(id=self.id, claimed_at=made).on_conflict_do_nothing()
        if not (await connection.execute(statement)).rowcount:
            raise DuplicateError(msg("Another process answers this already."))


_current: ContextVar[Request | None] = ContextVar("request", default=None)


def current_request() -> Request | None:
    """Return the request for which this task works."""
    return _current.get()


def begin_request(request: Request) -> None:
    """Let this task, and those that it starts, work for a request from now on."""
    _current.set(request)


@contextmanager
def no_request() -> Iterator[None]:
    """Work for nobody in particular meanwhile: what is begun here outlives whoever asked first."""
    before = _current.set(None)
    try:
        yield
    finally:
        _current.reset(before)
