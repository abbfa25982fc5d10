"""Proposals: where others' additions wait until a curator decides."""

from __future__ import annotations

from dataclasses import asdict

from bot.domain.errors import NotFoundError
from bot.domain.paper import Paper
from bot.i18n import msg
from bot.services.drafts import Draft, Drafts
from bot.services.library import Added, Library
from bot.services.ports import Clock
from bot.store import inbox
from bot.store.database import Database
from bot.store.inbox import Candidate


class Inbox:
    """Takes proposals in, and papers out of them."""

    def __init__(self, database: Database, clock: Clock, library: Library, drafts: Drafts) -> None:
        self._database, self._clock, self._library, self._drafts = database, clock, library, drafts

    async def propose(self, workspace_id: int, draft: Draft, by: str | None, proposer: str | None) -> int:
        """Let a draft wait for a curator and return its number. Raises InputError when no paper can be made of it."""
        await self._drafts.paper_of(draft)
        async with self._database.write() as connection:
            return await inbox.put(connection, workspace_id, asdict(draft), by, proposer, self._clock())

    async def waiting(self, workspace_id: int) -> list[Candidate]:
        """Return what waits, the oldest first."""
        async with self._database.read() as connection:
            return await inbox.waiting(connection, workspace_id)

    async def get(self, workspace_id: int, number: int) -> Candidate:
        """Return a proposal. Raises NotFoundError when it has been decided on."""
        async with self._database.read() as connection:
            found = await inbox.get(connection, workspace_id, number)
        if found is None:
            raise _decided(number)
        return found

    async def paper_of(self, candidate: Candidate) -> Paper:
        """Return the paper that a proposal describes."""
        return await self._drafts.paper_of(Draft(**candidate.typed))

    async def change(self, workspace_id: int, number: int, draft: Draft) -> Candidate:
        """Write over what a proposal says. Raises NotFoundError, and InputError when no paper can be made of it."""
        await self._drafts.paper_of(draft)
        await self.get(workspace_id, number)
        async with self._database.write() as connection:
            await inbox.change(connection, workspace_id, number, asdict(draft))
        return await self.get(workspace_id, number)

    async def accept(self, workspace_id: int, number: int, actor: str | None) -> tuple[Candidate, Added]:
        """Add a proposal's paper, in its proposer's name. Raises NotFoundError when it has been decided on."""
        candidate = await self.get(workspace_id, number)
        paper = await self.paper_of(candidate)
        added = await self._library.add(workspace_id, paper, candidate.proposed_by, actor=actor)
        await self._take_out(workspace_id, number)
        return candidate, added

    async def reject(self, workspace_id: int, number: int) -> Candidate:
        """Forget a proposal and return it. Raises NotFoundError when it has been decided on."""
        candidate = await self.get(workspace_id, number)
        await self._take_out(workspace_id, number)
        return candidate

    async def _take_out(self, workspace_id: int, number: int) -> None:
        async with self._database.write() as connection:
            if not await inbox.remove(connection, workspace_id, number):
                raise _decided(number)


def _decided(number: int) -> NotFoundError:
    return NotFoundError(msg("No proposal has the number {number}; it may have been decided on.", number=number))
