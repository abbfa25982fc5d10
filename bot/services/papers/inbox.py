"""The inbox of proposals, where additions by non-curators wait for a curator. It uses no network."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.domain.candidate import Candidate
from bot.domain.draft import Draft, complete, draft_from, edit_draft, form_of, read_source
from bot.domain.errors import InputError, NotFoundError
from bot.domain.metadata import Metadata
from bot.domain.numbers import is_given
from bot.domain.paper import Paper, make_paper
from bot.i18n import Locale, Say, msg, tn
from bot.services.papers.library import Author, add_paper, find_same_title, work_keys
from bot.services.ports import Clock
from bot.store import candidates, drafts
from bot.store.connection import StoreConnection
from bot.store.database import Database


class Accepted(NamedTuple):
    """The paper of an accepted proposal as the collection has it: new, or already there.

    `comment` is the token of a draft that puts the proposal's comment into the paper that was already there; empty
    where there is nothing to copy.
    """

    paper: Paper
    is_new: bool
    comment: str = ""


class Proposal(NamedTuple):
    """A waiting proposal as a curator sees it: the paper in its proposer's name, and how many `others` wait.

    `same_title` is a paper of that title which the collection has under other ids.
    """

    candidate: Candidate
    paper: Paper
    others: int
    same_title: Paper | None

    def text(self, locale: Locale, say: Say) -> str:
        """Return the lines above the paper."""
        text = say(msg("Proposed by {name}.", name=self.candidate.proposed_by or "?"), locale)
        if self.others:
            text += "\n" + tn(locale, "{n} more proposal is waiting.", "{n} more proposals are waiting.", self.others)
        if self.same_title:
            id = self.same_title.id
            text += "\n" + say(
                msg("The collection has a paper with this title already, under other ids: {id}", id=id), locale
            )
        return text


class Inbox:
    """Lists proposals, and accepts or rejects each one once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def waiting(self, workspace_id: int) -> list[Candidate]:
        """Return the waiting proposals, oldest first."""
        async with self._database.read() as connection:
            return await candidates.waiting(connection, workspace_id)

    async def get(self, workspace_id: int, number: int) -> Candidate:
        """Return a proposal. Raises NotFoundError when it has been decided on."""
        async with self._database.read() as connection:
            candidate = await candidates.get(connection, workspace_id, number) if is_given(number) else None
        if candidate is None:
            raise decided_error(number)
        return candidate

    async def oldest(self, workspace_id: int) -> Proposal | None:
        """Return the proposal that has waited longest, with what a curator must know; None if none waits."""
        async with self._database.read() as connection:
            waiting = await candidates.waiting(connection, workspace_id)
            if not waiting:
                return None
            candidate = waiting[0]
            paper = replace(proposed_paper(candidate), added_by=candidate.proposed_by)
            same_title = await find_same_title(connection, workspace_id, paper)
        return Proposal(candidate, paper, len(waiting) - 1, same_title)

    async def accept(
        self, workspace_id: int, number: int, actor: str | None, token: str = ""
    ) -> tuple[Candidate, Accepted]:
        """Add a proposal's paper as shown, in its proposer's name; `token` names the draft of its comment, if any."""
        async with self._database.write() as connection:
            candidate = await _remove(connection, workspace_id, number)
            paper = proposed_paper(candidate)
            now = self._clock()
            return candidate, await accept_paper(connection, workspace_id, candidate, paper, actor, now, token)

    async def reject(self, workspace_id: int, number: int) -> Candidate:
        """Remove a proposal and return it. Raises NotFoundError when it has been decided on."""
        async with self._database.write() as connection:
            return await _remove(connection, workspace_id, number)


def proposed_paper(candidate: Candidate) -> Paper:
    """Return the paper that was shown when it was proposed.

    Proposals stored by older versions hold only the form; their link serves as the title when the form has none.
    """
    if candidate.paper:
        return candidate.paper
    draft = draft_from(candidate.form)
    link, _ = read_source(draft.source)
    try:
        return complete(draft, Metadata(title=link.url[:500]))
    except InputError:
        return make_paper(title=link.url[:500], links=[link])


def edit_proposal(candidate: Candidate, paper: Paper) -> Draft:
    """Return a draft that changes the paper of a proposal, filled with the proposal's values."""
    source = str(candidate.form["source"])
    return replace(edit_draft(paper), source=source, paper_id="", version="", candidate=candidate.number)


async def accept_paper(
    connection: StoreConnection,
    workspace_id: int,
    candidate: Candidate,
    paper: Paper,
    actor: str | None,
    now: datetime,
    token: str,
) -> Accepted:
    """Add the paper of a proposal that was already removed from the inbox, in the caller's transaction.

    If that paper exists already and the proposal has another comment, a draft that copies the comment is stored under
    `token` for the curator, if there is a token.
    """
    added = await add_paper(connection, workspace_id, paper, Author(candidate.proposed_by, actor), now)
    if added.is_new or not (token and actor and is_other_comment(paper, added.paper)):
        return Accepted(added.paper, added.is_new)
    draft = replace(edit_draft(added.paper), comment=paper.comment or "")
    await drafts.save(connection, workspace_id, token, form_of(draft), now, actor)
    return Accepted(added.paper, added.is_new, token)


def is_other_comment(proposed: Paper, paper: Paper) -> bool:
    """Return whether a proposal has a comment that differs from that of the paper already there."""
    return bool(proposed.comment) and proposed.comment != paper.comment


async def find_waiting(connection: StoreConnection, workspace_id: int, paper: Paper) -> Candidate | None:
    """Return the oldest waiting proposal for the same work as a paper."""
    keys = set(work_keys(paper))
    waiting = await candidates.waiting(connection, workspace_id)
    return next((each for each in waiting if keys & set(work_keys(proposed_paper(each)))), None)


def decided_error(number: int) -> NotFoundError:
    """Return the error for a proposal that no longer waits."""
    return NotFoundError(
        msg("There is no proposal {number}; it may have been decided on already.", number=str(number)[:40])
    )


async def _remove(connection: StoreConnection, workspace_id: int, number: int) -> Candidate:
    candidate = await candidates.remove(connection, workspace_id, number) if is_given(number) else None
    if candidate is None:
        raise decided_error(number)
    return candidate
