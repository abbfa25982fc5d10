"""Discord lets a bot start only so many sessions a day; whoever goes on then gets its token reset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.errors import UnreachableError
from bot.i18n import msg

if TYPE_CHECKING:
    from discord.types.gateway import SessionStartLimit


def require_session(limit: SessionStartLimit) -> None:
    """Raise UnreachableError while no session may be started."""
    if limit["remaining"] > 0:
        return
    again = datetime.now(UTC) + timedelta(milliseconds=limit["reset_after"])
    raise UnreachableError(
        msg("Discord allows no more sessions of this bot until {time}.", time=f"{again:%Y-%m-%d %H:%M} UTC")
    )
