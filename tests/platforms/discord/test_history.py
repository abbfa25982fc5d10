"""A search ignores incomplete messages from Discord or a proxy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from bot.platforms.discord.message_search import MessageSearch
from bot.platforms.discord.rest import RestClient

OURS = {"content": "", "embeds": [{"footer": {"text": "#abcdefgh"}}]}
BY_HALVES: list[dict[str, Any]] = [{}, {"author": None}, {"author": "a"}, {"author": {}}, {"author": {"id": "1"}}]


class Halves:
    """Answers like a channel whose first messages lack fields that every message has."""

    async def read(self, path: str, *, params: Mapping[str, str] | None = None, **ids: str) -> Any:
        """Return the content of a path."""
        if path == "/users/@me":
            return {"id": "1"}
        messages = [{"id": str(n), **each} for n, each in enumerate((*BY_HALVES, {"author": {"id": "1"}, **OURS}), 1)]
        return [each for each in messages if int(each["id"]) > int((params or {}).get("after", 0))]


async def test_a_message_that_lacks_its_author_or_its_content_is_none_of_ours() -> None:
    message_id = await MessageSearch(cast(RestClient, Halves())).find("9", "8", "abcdefgh", after=0)
    assert message_id == str(len(BY_HALVES) + 1)
