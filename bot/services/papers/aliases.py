"""A team's aliases: words for the same thing. A search for one also finds the other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.errors import InputError, NotFoundError
from bot.domain.text import clean_line
from bot.i18n import CommandName, msg
from bot.store import aliases
from bot.store.database import Database

LENGTH, MOST_MEANINGS = 80, 20
_LIST = CommandName("alias list")
MOST_NAMES, MOST_IN_ALL = 500, 2_000  # of a workspace; every search looks for all of them


def meanings_of(text: str) -> list[str]:
    """Split a list of meanings at ASCII and Japanese commas."""
    return re.split("[,、，]", text)


class Aliases:
    """A workspace's own aliases; those of the settings apply everywhere in addition."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, workspace_id: int, name: str, meanings: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """Save a name with its meanings and return both as stored. Raises InputError."""
        name = clean_line(name)
        words = tuple(dict.fromkeys(meaning for raw in meanings if (meaning := clean_line(raw)) and meaning != name))
        if not name or not words:
            raise InputError(msg("An alias needs a name and at least one meaning, for instance RAG = 検索拡張生成."))
        if len(words) > MOST_MEANINGS or any(len(word) > LENGTH for word in (name, *words)):
            raise InputError(
                msg(
                    "An alias is too long: at most {most} meanings of {length} characters each fit.",
                    most=MOST_MEANINGS,
                    length=LENGTH,
                )
            )
        async with self._database.write() as connection:
            others = await aliases.of(connection, workspace_id)
            others.pop(name, None)
            if len(others) >= MOST_NAMES or sum(map(len, others.values())) + len(words) > MOST_IN_ALL:
                raise InputError(
                    msg(
                        "There are too many aliases: at most {names} with {most} meanings in all fit."
                        " Remove one first.",
                        names=MOST_NAMES,
                        most=MOST_IN_ALL,
                    )
                )
            await aliases.put(connection, workspace_id, name, words)
        return name, words

    async def remove(self, workspace_id: int, name: str) -> None:
        """Remove an alias. Raises NotFoundError."""
        async with self._database.write() as connection:
            if not await aliases.remove(connection, workspace_id, clean_line(name)):
                raise NotFoundError(
                    msg('There is no alias "{name}"; {command} lists them.', name=name[:80], command=_LIST)
                )

    async def all(self, workspace_id: int) -> dict[str, tuple[str, ...]]:
        """Return every name with its meanings."""
        async with self._database.read() as connection:
            return await aliases.of(connection, workspace_id)
