"""Decides what becomes of a submitted paper, in the transaction that writes it.

    outcome = await submission.submit(workspace, token, person, fingerprint)   # a stored draft
    outcome = await submission.add(workspace, draft, paper, person)            # a paper without a stored draft

The outcome is `Saved`, `Proposed`, `SameTitle` (ask whether it is another paper) or `Stale` (show the current version);
only the first two change anything. The same transaction marks the draft as used, so pressing twice saves once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import structlog

from bot.domain.candidate import Candidate
from bot.domain.draft import Draft, apply_draft, bare_paper, draft_from, form_of, read_source
from bot.domain.errors import StaleError
from bot.domain.paper import Paper, with_changes
from bot.services.draft_access import gone_error, require_own, used_error
from bot.services.papers.acceptance import accept_candidate, find_waiting
from bot.services.papers.drafts import fingerprint
from bot.services.papers.library import Author, add_paper, edit_paper, find_duplicate, find_same_title
from bot.services.papers.outcomes import Outcome, Proposed, SameTitle, Saved, Stale
from bot.services.papers.submitter import Submitter
from bot.services.ports import Clock
from bot.store import candidates, drafts, papers
from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.drafts import StoredDraft

_NEVER = datetime.min.replace(tzinfo=UTC)
_log = structlog.get_logger()


class Submission:
    """Decides what becomes of submitted papers; `additions` says whose additions are saved at once."""

    def __init__(self, database: Database, clock: Clock, additions: Literal["everyone", "curators"]) -> None:
        self._database, self._clock, self._additions = database, clock, additions

    async def find_earlier(self, workspace_id: int, source: str, by: Submitter) -> Paper | Candidate | None:
        """Return the paper that the collection has for a source, or the proposal for it that waits.

        A proposal counts only where this person's addition would be one too. Raises InputError if it is not a source.
        """
        bare = bare_paper(source)
        async with self._database.read() as connection:
            if duplicate := await find_duplicate(connection, workspace_id, bare):
                return duplicate
            waiting = await find_waiting(connection, workspace_id, bare) if self.proposes(by) else None
            return None if waiting and waiting.is_find else waiting

    async def add(
        self, workspace_id: int, draft: Draft, paper: Paper, by: Submitter, *, allow_same_title: bool = False
    ) -> Saved | Proposed | SameTitle:
        """Save a paper, or propose it to the curators; with `allow_same_title`, another paper may have its title."""
        async with self._database.write() as connection:
            return await self._add(connection, workspace_id, draft, paper, by, allow_same_title=allow_same_title)

    async def edit(
        self,
        workspace_id: int,
        id: str,
        change_paper: Callable[[Paper], Paper],
        by: Submitter,
        seen: datetime | None = None,
    ) -> Saved | Stale:
        """Change a paper unless somebody changed it after the version that was seen.

        Raises NotAllowedError, NotFoundError and ConflictError.
        """
        async with self._database.write() as connection:
            return await self._edit(connection, workspace_id, id, change_paper, by, seen)

    async def submit(
        self,
        workspace_id: int,
        token: str,
        by: Submitter,
        fingerprint: str = "",
        *,
        allow_same_title: bool = False,
        seen: datetime | None = None,
    ) -> Outcome:
        """Submit a stored draft; `fingerprint` identifies what the person approved, `seen` the version it may replace.

        Raises NotFoundError when the draft or its proposal is gone, NotAllowedError when it belongs to another person.
        """
        async with self._database.write() as connection:
            stored = require_own(await drafts.get(connection, workspace_id, token), by.actor)
            if stored.outcome is not None:
                return await _repeated(connection, workspace_id, stored.outcome)
            outcome = await self._outcome(
                connection,
                workspace_id,
                stored,
                by,
                fingerprint,
                f"{token}c",
                allow_same_title=allow_same_title,
                seen=seen,
            )
            if isinstance(outcome, Saved):
                await drafts.save_outcome(connection, workspace_id, token, {"paper": outcome.paper.id})
            elif isinstance(outcome, Proposed) and not outcome.waiting:
                await drafts.save_outcome(connection, workspace_id, token, {"proposal": outcome.number})
        return outcome

    async def add_link(self, workspace_id: int, token: str, by: Submitter) -> Saved:
        """Add a draft's link to the paper that the draft edits. Raises NotFoundError and NotAllowedError."""
        if self.proposes(by):
            by.require_curator()
        async with self._database.write() as connection:
            stored = require_own(await drafts.get(connection, workspace_id, token), by.actor)
            if stored.outcome is not None:
                return await _repeated_saved(connection, workspace_id, stored.outcome)
            draft = draft_from(stored.form)
            link, _ = read_source(draft.source)
            paper = await edit_paper(
                connection,
                workspace_id,
                draft.paper_id,
                lambda old: with_changes(old, links=[*old.links, link]),
                Author(by.name, by.actor),
                self._clock(),
            )
            await drafts.save_outcome(connection, workspace_id, token, {"paper": paper.id})
        return Saved(paper)

    def proposes(self, by: Submitter) -> bool:
        """Return whether what this person adds waits for a curator."""
        return by.is_assistant or (self._additions == "curators" and not by.is_curator)

    async def _outcome(
        self,
        connection: StoreConnection,
        workspace_id: int,
        stored: StoredDraft,
        by: Submitter,
        expected: str,
        comment: str,
        *,
        allow_same_title: bool,
        seen: datetime | None,
    ) -> Outcome:
        draft = draft_from(stored.form)
        is_as_shown = not expected or expected == fingerprint(draft, stored.paper)
        if draft.paper_id:
            seen = (seen or draft.version_seen) if is_as_shown else _NEVER
            return await self._edit(
                connection, workspace_id, draft.paper_id, lambda old: apply_draft(old, draft), by, seen
            )
        if stored.paper is None or not is_as_shown:
            return Stale(None, stored.paper)
        if draft.candidate:
            return await self._accept(connection, workspace_id, draft, stored.paper, by, comment)
        return await self._add(
            connection,
            workspace_id,
            draft,
            stored.paper,
            by,
            allow_same_title=allow_same_title or draft.allow_same_title,
        )

    async def _add(
        self,
        connection: StoreConnection,
        workspace_id: int,
        draft: Draft,
        paper: Paper,
        by: Submitter,
        *,
        allow_same_title: bool,
    ) -> Saved | Proposed | SameTitle:
        if duplicate := await find_duplicate(connection, workspace_id, paper):
            return Saved(duplicate, is_new=False)
        if not allow_same_title and (same_title := await find_same_title(connection, workspace_id, paper)):
            return SameTitle(same_title)
        now = self._clock()
        if self.proposes(by):
            return await _propose(connection, workspace_id, draft, paper, by, now)
        return Saved((await add_paper(connection, workspace_id, paper, Author(by.name, by.actor), now)).paper)

    async def _edit(
        self,
        connection: StoreConnection,
        workspace_id: int,
        id: str,
        change_paper: Callable[[Paper], Paper],
        by: Submitter,
        seen: datetime | None,
    ) -> Saved | Stale:
        by.require_curator()
        author = Author(by.name, by.actor)
        try:
            return Saved(await edit_paper(connection, workspace_id, id, change_paper, author, self._clock(), seen))
        except StaleError:
            _, now = (await papers.by_ids(connection, workspace_id, [id]))[id]
            return Stale(now, change_paper(now))

    async def _accept(
        self, connection: StoreConnection, workspace_id: int, draft: Draft, paper: Paper, by: Submitter, comment: str
    ) -> Saved:
        """Accept a candidate as a curator edited it; `comment` is the token for a draft that copies its comment."""
        by.require_curator()
        candidate, accepted = await accept_candidate(
            connection,
            workspace_id,
            draft.candidate,
            by,
            self._clock(),
            change_paper=lambda _: paper,
            token=comment,
        )
        return Saved(accepted.paper, accepted.is_new, candidate=candidate, comment=accepted.comment)


async def _propose(
    connection: StoreConnection, workspace_id: int, draft: Draft, paper: Paper, by: Submitter, now: datetime
) -> Proposed:
    """Insert a proposal, unless the same work is proposed already; a feed's find of it becomes this proposal."""
    waiting = await find_waiting(connection, workspace_id, paper)
    if waiting and not waiting.is_find:
        return Proposed(waiting.number, is_repeated=True, waiting=waiting)
    _log.info("paper proposed", paper=paper.id, by=by.actor or by.name, workspace=workspace_id)
    proposal = candidates.NewProposal(form_of(draft), paper, by.name, by.actor, by.locale)
    if waiting:
        await candidates.take_over(connection, workspace_id, waiting.number, proposal, now)
        return Proposed(waiting.number)
    return Proposed(await candidates.add(connection, workspace_id, proposal, now))


async def _repeated(connection: StoreConnection, workspace_id: int, outcome: dict[str, object]) -> Saved | Proposed:
    number = outcome.get("proposal")
    if isinstance(number, int):
        return Proposed(number, is_repeated=True)
    return await _repeated_saved(connection, workspace_id, outcome)


async def _repeated_saved(connection: StoreConnection, workspace_id: int, outcome: dict[str, object]) -> Saved:
    id = str(outcome.get("paper", ""))
    rows = await papers.by_ids(connection, workspace_id, [id])
    if id not in rows:
        raise used_error() if id else gone_error()
    return Saved(rows[id][1], is_repeated=True)
