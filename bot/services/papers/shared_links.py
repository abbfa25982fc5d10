"""What the links of a chat message are to the team: papers that it has, or papers that somebody may want to add."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from itertools import chain
from typing import NamedTuple

from bot.domain.identifiers import identifiers_in
from bot.domain.paper import Paper
from bot.search.identifier_lookup import identifier_keys
from bot.services.ports import Clock
from bot.store import offers, papers
from bot.store.database import Database

_REMEMBERED = timedelta(days=180)


class LinkedPapers(NamedTuple):
    """The collection's papers by the first link to each, and of the other links the first one to each paper."""

    papers: dict[str, Paper]
    unknown: tuple[str, ...]


class SharedLinks:
    """Recognises papers in links without the network, and remembers who was offered to add which."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def recognize(self, workspace_id: int, links: Sequence[str]) -> LinkedPapers:
        """Return what these links are; links to anything but papers are left out."""
        keys = {link: identifier_keys(link) for link in links}
        async with self._database.read() as connection:
            holders = await papers.by_keys(connection, workspace_id, chain(*keys.values()))
            ids = {link: next((holders[key] for key in keys[link] if key in holders), None) for link in keys}
            found = await papers.by_ids(connection, workspace_id, {id for id in ids.values() if id})
        known, unknown = dict[str, str](), dict[str, str]()
        for link, id in ids.items():
            if id in found:
                known.setdefault(str(id), link)
            elif name := _name(link):
                unknown.setdefault(name, link)
        return LinkedPapers({link: found[id][1] for id, link in known.items()}, tuple(unknown.values()))

    async def claim_offers(self, person: str, links: Sequence[str]) -> list[str]:
        """Return which of these links nobody has offered this person to add yet; they count as offered from now on.

        Raises DuplicateError when another process serves the same request.
        """
        keys = {_key(person, link): link for link in links}
        now = self._clock()
        async with self._database.write() as connection:
            new = await offers.claim(connection, list(keys), now, now - _REMEMBERED)
        return [keys[key] for key in new]


def _name(link: str) -> str:
    """Return the id of the paper that a link leads to; empty if it leads to none."""
    return ":".join(next(iter(identifiers_in(link).pairs()), ()))


def _key(person: str, link: str) -> str:
    return hashlib.blake2b(f"{person} {_name(link)}".encode(), digest_size=16).hexdigest()
