"""The inbox, where people's proposals and feeds' finds wait for a curator. It uses no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.domain.candidate import Candidate, proposed_paper
from bot.domain.errors import DecidedError, NotFoundError
from bot.domain.numbers import is_given
from bot.domain.paper import Paper
from bot.domain.score import LEAST_DECISIONS
from bot.i18n import Message, msg
from bot.services.papers.acceptance import accept_candidate, require_waiting, unknown_error
from bot.services.papers.decision_text import undecided_message
from bot.services.papers.library import Author, find_same_title
from bot.services.papers.outcomes import Acceptance
from bot.services.papers.proposal import Proposal
from bot.services.papers.submitter import Submitter
from bot.services.papers.undo import undo_addition
from bot.services.ports import Clock
from bot.store import candidates, decisions, scores
from bot.store.connection import StoreConnection
from bot.store.database import Database

_log = structlog.get_logger()


class Inbox:
    """Shows candidates one after another, and decides on each once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def waiting(self, workspace_id: int) -> list[Candidate]:
        """Return the waiting candidates in the order in which they are shown."""
        async with self._database.read() as connection:
            return await candidates.waiting(connection, workspace_id)

    async def get(self, workspace_id: int, number: int, by: Submitter) -> Candidate:
        """Return a waiting candidate. Raises DecidedError, which says who decided what.

        Of two processes with one press, only that which decided may say so: the other gets a DuplicateError.
        """
        try:
            async with self._database.read() as connection:
                return await require_waiting(connection, workspace_id, number, by)
        except DecidedError:
            async with self._database.write() as connection:
                return await require_waiting(connection, workspace_id, number, by)

    async def next(self, workspace_id: int, number: int | None = None) -> Proposal | None:
        """Return the candidate to decide on next, or the one of that number if it waits; None if none waits."""
        async with self._database.read() as connection:
            chosen = await candidates.get(connection, workspace_id, number) if number else None
            first = await candidates.waiting(connection, workspace_id, limit=1)
            if not (found := [chosen] if chosen and not chosen.decision else first):
                return None
            candidate = found[0]
            paper = replace(proposed_paper(candidate), added_by=candidate.proposed_by)
            same_title = await find_same_title(connection, workspace_id, paper)
            others = max(0, await candidates.count(connection, workspace_id) - 1)
        return Proposal(candidate, paper, others, same_title)

    async def order_message(self, workspace_id: int) -> Message | None:
        """Return that finds come by date, and until when; None once the team has decided enough for scores."""
        async with self._database.read() as connection:
            decisions = await scores.count_decisions(connection, workspace_id, LEAST_DECISIONS)
        if decisions >= LEAST_DECISIONS:
            return None
        return msg(
            "What feeds found comes newest first. Once {most} are accepted or rejected (so far {n}), what is most like "
            "the accepted ones comes first.",
            most=LEAST_DECISIONS,
            n=decisions,
        )

    async def last_decision(self, workspace_id: int, by: Submitter) -> Candidate | None:
        """Return the candidate on which this person decided last, or which they put off last."""
        async with self._database.read() as connection:
            return await decisions.last_of(connection, workspace_id, by.actor)

    async def accept(
        self,
        workspace_id: int,
        number: int,
        by: Submitter,
        token: str = "",
        change_paper: Callable[[Paper], Paper] = lambda paper: paper,
    ) -> tuple[Candidate, Acceptance]:
        """Add a candidate's paper; return the candidate and what became of it. Raises DecidedError.

        `token` names the draft of its comment, if any.
        """
        async with self._database.write() as connection:
            now = self._clock()
            return await accept_candidate(
                connection, workspace_id, number, by, now, change_paper=change_paper, token=token
            )

    async def reject(self, workspace_id: int, number: int, by: Submitter) -> Candidate:
        """Reject a candidate and return it. Raises DecidedError."""
        async with self._database.write() as connection:
            candidate = await require_waiting(connection, workspace_id, number, by)
            await decisions.decide(connection, workspace_id, number, "rejected", by.name, by.actor, self._clock())
        _log_decision("candidate rejected", workspace_id, candidate, by)
        return candidate

    async def put_off(self, workspace_id: int, number: int, by: Submitter) -> Candidate:
        """Put a candidate behind all others and return it. Raises DecidedError."""
        async with self._database.write() as connection:
            candidate = await require_waiting(connection, workspace_id, number, by)
            await decisions.put_off(connection, workspace_id, number, by.name, by.actor, self._clock())
        _log_decision("candidate put off", workspace_id, candidate, by)
        return candidate

    async def undo(
        self, workspace_id: int, by: Submitter, number: int | None = None, *, only_own: bool = False
    ) -> Candidate:
        """Let a candidate wait again and return it as it was: this person's last decision, or the one on that number.

        With `only_own`, another person's decision stays. Raises NotFoundError, DecidedError where there is nothing to
        undo, and ConflictError when the accepted paper was changed since.
        """
        async with self._database.write() as connection:
            candidate = await self._decided(connection, workspace_id, by, number)
            if only_own and candidate.decider != by.actor:
                raise DecidedError(undecided_message(candidate, proposed_paper(candidate), by.actor))
            if candidate.change_id:
                author = Author(by.name, by.actor)
                change = candidate.change_id
                await undo_addition(self._database, connection, workspace_id, change, self._clock, author)
            await decisions.take_back(connection, candidate)
        _log_decision("decision undone", workspace_id, candidate, by)
        return candidate

    async def _decided(
        self, connection: StoreConnection, workspace_id: int, by: Submitter, number: int | None
    ) -> Candidate:
        """Return the candidate whose decision, or whose putting off, can be taken back."""
        if number is None:
            if last := await decisions.last_of(connection, workspace_id, by.actor):
                return last
            raise NotFoundError(msg("You have decided nothing that could be undone."))
        candidate = await candidates.get(connection, workspace_id, number) if is_given(number) else None
        if candidate is None:
            raise unknown_error(number)
        if candidate.decider is None:
            raise DecidedError(undecided_message(candidate, proposed_paper(candidate), by.actor))
        return candidate


def _log_decision(event: str, workspace_id: int, candidate: Candidate, by: Submitter) -> None:
    paper = proposed_paper(candidate).id
    _log.info(event, paper=paper, candidate=candidate.number, by=by.actor or by.name, workspace=workspace_id)
