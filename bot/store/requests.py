"""Claims of requests: of two processes that receive the same interaction, one may change something.

The first change of a request claims it in the same transaction, so a change that is rolled back claims nothing.
"""

from __future__ import annotations

from datetime import UTC, timedelta

from sqlalchemy import delete

from bot.domain.errors import DuplicateError
from bot.domain.request import Request
from bot.i18n import msg
from bot.store.connection import StoreConnection
from bot.store.dialect import upsert
from bot.store.schema import interactions

_KEPT = timedelta(hours=1)  # an interaction can be answered for 15 minutes


async def claim(connection: StoreConnection, request: Request) -> None:
    """Claim a request for this process. Raises DuplicateError when another process has claimed it."""
    oldest, made_at = (moment.astimezone(UTC).isoformat() for moment in (request.made_at - _KEPT, request.made_at))
    await connection.execute(delete(interactions).where(interactions.c.claimed_at < oldest))
    statement = upsert(interactions).values(id=request.id, claimed_at=made_at).on_conflict_do_nothing()
    if not (await connection.execute(statement)).rowcount:
        raise DuplicateError(msg("Another process is answering this already."))
