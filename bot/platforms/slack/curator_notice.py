"""Finds the people to tell when a channel refuses the digest.

A direct message to those whom the settings name as curators is the least that surely reaches somebody who answers for
the bot: nobody else is disturbed. Where none is named or reached, up to three of those who manage the workspace get it,
who are curators too. Only where nobody can be written to does it go into another channel of the digest.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from bot.platforms.slack.api import SlackApi

MOST_MANAGERS = 3
_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
_PAGE, _MOST_PAGES = "1000", 10


def named_people(curators: Sequence[str]) -> list[str]:
    """Return the people of Slack among the curators of the settings, which also hold roles of Discord."""
    return [each for each in curators if _PERSON.fullmatch(each)]


async def managers(api: SlackApi) -> AsyncIterator[str]:
    """Yield the people who manage the workspace. Raises PublishError."""
    cursor = {"cursor": ""}
    for _ in range(_MOST_PAGES):
        page = await api.read("users.list", limit=_PAGE, **cursor)
        for each in page["members"]:
            if _manages(each):
                yield str(each["id"])
        cursor = {"cursor": (page.get("response_metadata") or {}).get("next_cursor") or ""}
        if not cursor["cursor"]:
            return


def _manages(user: dict[str, Any]) -> bool:
    is_present = not user.get("deleted") and not user.get("is_bot")
    return is_present and any(user.get(key) is True for key in ("is_admin", "is_owner", "is_primary_owner"))
