"""One curator's way through the inbox: each act returns what it did and the next candidate.

A candidate that somebody else decided on meanwhile is no error here, but a sentence before the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.domain.candidate import Candidate, proposed_paper
from bot.domain.errors import ConflictError, DecidedError, DuplicateError, NotFoundError, StaleError
from bot.domain.paper import Paper
from bot.i18n import Message
from bot.services.papers.decision_text import action_message, undo_message
from bot.services.papers.inbox import Inbox
from bot.services.papers.outcomes import (
    Acceptance,
    Outcome,
    ProposerNotice,
    ReviewStep,
    Saved,
    UnfinishedDraft,
    outcome_message,
)
from bot.services.papers.previews import Previews
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.services.ports import Clock

_UNDO_OFFERED = timedelta(days=1)  # after that, a curator hardly means the last decision


class Review:
    """Leads a curator through the inbox, on every platform; `on_decision` is called after each decision."""

    def __init__(
        self,
        inbox: Inbox,
        previews: Previews,
        submission: Submission,
        clock: Clock,
        on_decision: Callable[[], None] = lambda: None,
    ) -> None:
        self._inbox, self._previews, self._submission, self._clock = inbox, previews, submission, clock
        self._on_decision = on_decision

    async def begin(self, workspace_id: int, by: Submitter) -> ReviewStep:
        """Return the first candidate, with a word on the order of finds while they have no scores.

        Raises NotAllowedError, as all of these do.
        """
        by.require_curator()
        step = await self._step(workspace_id, by)
        if not step.proposal or not step.proposal.candidate.is_find:
            return step
        return step._replace(message=await self._inbox.order_message(workspace_id))

    async def accept(
        self, workspace_id: int, number: int, by: Submitter, token: str = "", paper: Paper | None = None
    ) -> ReviewStep:
        """Accept a candidate as it was shown, or as this paper; `token` names the draft of its comment, if any."""
        by.require_curator()
        try:
            candidate, accepted = await self._inbox.accept(workspace_id, number, by, token, lambda own: paper or own)
        except DecidedError as error:
            return await self.refused(workspace_id, by, error)
        return await self._accepted(workspace_id, by, candidate, accepted)

    async def accept_form(
        self, workspace_id: int, number: int, token: str, answers: Mapping[str, str], by: Submitter
    ) -> ReviewStep | UnfinishedDraft:
        """Accept a feed's find with the answers to its form, or return what is wrong with them.

        Raises StaleError when the form no longer is what was answered.
        """
        by.require_curator()
        try:
            await self._inbox.get(workspace_id, number, by)
            preview = await self._previews.answer(workspace_id, token, answers, by)
            if isinstance(preview, UnfinishedDraft):
                return preview
            outcome = await self._submission.submit(workspace_id, token, by, preview.fingerprint)
            if not isinstance(outcome, Saved):
                raise StaleError(outcome_message(outcome, by.actor))
            candidate = outcome.candidate or await self._inbox.get(workspace_id, number, by)
        except DecidedError as error:
            return await self.refused(workspace_id, by, error)
        return await self._accepted(workspace_id, by, candidate, outcome.acceptance)

    async def submit(
        self,
        workspace_id: int,
        token: str,
        by: Submitter,
        fingerprint: str,
        *,
        allow_same_title: bool = False,
        seen: datetime | None = None,
    ) -> Outcome | ReviewStep:
        """Submit a stored draft as `Submission.submit` does; return the next step where that accepted a candidate."""
        outcome = await self._submission.submit(
            workspace_id, token, by, fingerprint, allow_same_title=allow_same_title, seen=seen
        )
        if isinstance(outcome, Saved) and outcome.candidate:
            return await self._accepted(workspace_id, by, outcome.candidate, outcome.acceptance)
        return outcome

    async def _accepted(
        self, workspace_id: int, by: Submitter, candidate: Candidate, accepted: Acceptance
    ) -> ReviewStep:
        self._on_decision()
        step = await self._step(
            workspace_id, by, action_message("accepted", accepted.paper) if accepted.is_new else None
        )
        notice = ProposerNotice(candidate, accepted.paper, accepted.result)
        return step._replace(notice=notice, known=None if accepted.is_new else accepted)

    async def reject(self, workspace_id: int, number: int, by: Submitter) -> ReviewStep:
        """Reject a candidate."""
        by.require_curator()
        try:
            candidate = await self._inbox.reject(workspace_id, number, by)
        except DecidedError as error:
            return await self.refused(workspace_id, by, error)
        self._on_decision()
        paper = proposed_paper(candidate)
        step = await self._step(workspace_id, by, action_message("rejected", paper))
        return step._replace(notice=ProposerNotice(candidate, paper, "rejected"))

    async def put_off(self, workspace_id: int, number: int, by: Submitter) -> ReviewStep:
        """Put a candidate behind all others."""
        by.require_curator()
        try:
            candidate = await self._inbox.put_off(workspace_id, number, by)
        except DecidedError as error:
            return await self.refused(workspace_id, by, error)
        return await self._step(workspace_id, by, action_message("put off", proposed_paper(candidate)))

    async def undo(self, workspace_id: int, by: Submitter, number: int | None = None) -> ReviewStep:
        """Take this person's last decision back, or the one on a candidate, which is shown next."""
        by.require_curator()
        try:
            candidate = await self._inbox.undo(workspace_id, by, number, only_own=True)
        except DuplicateError:
            raise
        except (NotFoundError, ConflictError) as error:
            return await self.refused(workspace_id, by, error)
        self._on_decision()
        message = undo_message(candidate, proposed_paper(candidate))
        return await self._step(workspace_id, by, message, candidate.number)

    async def refused(self, workspace_id: int, by: Submitter, error: NotFoundError | ConflictError) -> ReviewStep:
        """Return the step after something that was no longer possible."""
        return (await self._step(workspace_id, by, error.message))._replace(is_refused=True)

    async def _step(
        self, workspace_id: int, by: Submitter, message: Message | None = None, number: int | None = None
    ) -> ReviewStep:
        proposal = await self._inbox.next(workspace_id, number)
        last = await self._inbox.last_decision(workspace_id, by)
        is_recent = last and last.decided_at and self._clock() - last.decided_at < _UNDO_OFFERED
        return ReviewStep(message, proposal, last.number if last and is_recent else 0)
