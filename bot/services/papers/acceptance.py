"""Accepts a candidate, in the transaction that adds its paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain.candidate import Candidate, proposed_paper
from bot.domain.draft import edit_draft, form_of
from bot.domain.errors import DecidedError, NotFoundError
from bot.domain.numbers import is_given
from bot.domain.paper import Paper
from bot.i18n import msg
from bot.services.papers.decision_text import decided_message
from bot.services.papers.library import Author, add_paper, work_keys
from bot.services.papers.outcomes import Acceptance
from bot.services.papers.submitter import Submitter
from bot.store import candidates, decisions, drafts
from bot.store.connection import StoreConnection


async def require_waiting(connection: StoreConnection, workspace_id: int, number: int, by: Submitter) -> Candidate:
    """Return a candidate that waits. Raises DecidedError, which says who decided what."""
    candidate = await candidates.get(connection, workspace_id, number) if is_given(number) else None
    if candidate is None:
        raise unknown_error(number)
    if candidate.decision:
        raise DecidedError(decided_message(candidate, proposed_paper(candidate), by.actor))
    return candidate


async def accept_candidate(
    connection: StoreConnection,
    workspace_id: int,
    number: int,
    by: Submitter,
    now: datetime,
    *,
    change_paper: Callable[[Paper], Paper] = lambda paper: paper,
    token: str = "",
) -> tuple[Candidate, Acceptance]:
    """Add a candidate's paper, in its proposer's name if it has one; return the candidate and what became of it.

    If that paper exists already and the candidate has another comment, a draft that copies the comment is stored under
    `token`, if there is a token. Raises DecidedError.
    """
    candidate = await require_waiting(connection, workspace_id, number, by)
    paper = change_paper(proposed_paper(candidate))
    author = Author(by.name if candidate.is_find else candidate.proposed_by, by.actor)
    added = await add_paper(connection, workspace_id, paper, author, now)
    await decisions.decide(connection, workspace_id, number, "accepted", by.name, by.actor, now, added.change_id)
    if added.is_new or not (token and is_other_comment(paper, added.paper)):
        return candidate, Acceptance(added.paper, added.is_new)
    draft = replace(edit_draft(added.paper), comment=paper.comment or "")
    await drafts.save(connection, workspace_id, token, form_of(draft), now, by.actor)
    return candidate, Acceptance(added.paper, added.is_new, token)


def is_other_comment(proposed: Paper, paper: Paper) -> bool:
    """Return whether a candidate has a comment that differs from that of the paper already there."""
    return bool(proposed.comment) and proposed.comment != paper.comment


async def find_waiting(connection: StoreConnection, workspace_id: int, paper: Paper) -> Candidate | None:
    """Return the oldest waiting candidate for the same work as a paper."""
    keys = work_keys(paper)
    waiting = await candidates.undecided(connection, workspace_id, keys)
    return next((each for each in waiting if {*keys} & {*work_keys(proposed_paper(each))}), None)


def unknown_error(number: int) -> NotFoundError:
    """Return the error for a number that no candidate has, or has any more."""
    return DecidedError(msg("There is no candidate {number} in the inbox.", number=str(number)[:40]))
