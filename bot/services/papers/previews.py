"""From a form to a preview: what a draft's form shows, and the paper that the draft would become.

form = await previews.open(workspace, token, draft, person)              # what the form shows
preview = await previews.answer(workspace, token, answers, person, announce)
outcome = await submission.submit(workspace, token, person, preview.fingerprint)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from bot.domain.draft import Draft, apply_draft, prefilled, with_answers
from bot.domain.errors import InputError
from bot.domain.paper import Paper
from bot.services.papers.drafts import Drafts, fingerprint
from bot.services.papers.inbox import Inbox
from bot.services.papers.lookup import Lookup
from bot.services.papers.outcomes import Preview, UnfinishedDraft
from bot.services.papers.submitter import Submitter

Announce: TypeAlias = Callable[[str], Awaitable[None]]
"""Says that this source is being looked up; awaited before a look-up that takes long."""


class Previews:
    """Leads a draft from its form to a preview; only curators may edit papers and proposals."""

    def __init__(self, drafts: Drafts, lookup: Lookup, inbox: Inbox) -> None:
        self._drafts, self._lookup, self._inbox = drafts, lookup, inbox

    async def open(
        self, workspace_id: int, token: str, draft: Draft, by: Submitter, paper: Paper | None = None
    ) -> Draft:
        """Store a new draft, start to look its source up, and return the draft with the values that its form shows.

        `paper` is the finished paper when the draft edits a proposal.
        """
        await self._drafts.begin(workspace_id, token, draft, by.actor, paper)
        if draft.is_addition:
            self._drafts.start_lookup(draft.source, by.actor)
        return prefilled(draft, await self._original(workspace_id, draft, paper))

    async def form(self, workspace_id: int, token: str, by: Submitter) -> Draft:
        """Return a stored draft with the values that its form shows. Raises NotFoundError and NotAllowedError."""
        draft, paper = await self._stored(workspace_id, token, by)
        return prefilled(draft, await self._original(workspace_id, draft, paper))

    async def answer(
        self, workspace_id: int, token: str, answers: Mapping[str, str], by: Submitter, announce: Announce | None = None
    ) -> Preview | UnfinishedDraft:
        """Store the answers to a draft's form, and return the preview. Raises NotFoundError and NotAllowedError."""
        draft, paper = await self._stored(workspace_id, token, by)
        form = prefilled(draft, await self._original(workspace_id, draft, paper))
        draft = with_answers(draft, form, answers)
        if draft.is_addition and not await self._drafts.is_ready(draft.source):
            await self._drafts.save(workspace_id, token, draft, by.actor)
            if announce:
                await announce(draft.source)
        return await self._show(workspace_id, token, draft, paper, by)

    async def show(self, workspace_id: int, token: str, by: Submitter) -> Preview | UnfinishedDraft:
        """Return the preview of a stored draft as it is now. Raises NotFoundError and NotAllowedError."""
        draft, paper = await self._stored(workspace_id, token, by)
        return await self._show(workspace_id, token, draft, paper, by)

    async def _stored(self, workspace_id: int, token: str, by: Submitter) -> tuple[Draft, Paper | None]:
        draft, paper = await self._drafts.get(workspace_id, token, by.actor)
        if not draft.is_addition:
            by.require_curator()
        return draft, paper

    async def _original(self, workspace_id: int, draft: Draft, paper: Paper | None) -> Paper | None:
        """Return the current version of the paper that a draft edits, or else the draft's finished paper."""
        return await self._lookup.get(workspace_id, draft.paper_id) if draft.paper_id else paper

    async def _show(
        self, workspace_id: int, token: str, draft: Draft, paper: Paper | None, by: Submitter
    ) -> Preview | UnfinishedDraft:
        """Store a draft, with its finished paper if it makes a new one."""
        try:
            result = await self._result(workspace_id, draft, paper, by)
        except InputError as error:
            await self._drafts.save(workspace_id, token, draft, by.actor, paper if draft.candidate else None)
            return UnfinishedDraft(draft, error.message)
        new_paper = None if draft.paper_id else result
        await self._drafts.save(workspace_id, token, draft, by.actor, new_paper)
        mark = fingerprint(draft, new_paper)
        if draft.paper_id:
            return Preview(draft, result, mark)
        return Preview(draft, replace(result, added_by=await self._added_by(workspace_id, draft, by)), mark)

    async def _result(self, workspace_id: int, draft: Draft, paper: Paper | None, by: Submitter) -> Paper:
        if original := await self._original(workspace_id, draft, paper if draft.candidate else None):
            return apply_draft(original, draft)
        return await self._drafts.complete(draft, by.actor)

    async def _added_by(self, workspace_id: int, draft: Draft, by: Submitter) -> str | None:
        """Return the name under which a new paper is added: the proposer's, even after a curator edited it."""
        if draft.candidate and not draft.is_find:
            return (await self._inbox.get(workspace_id, draft.candidate, by)).proposed_by
        return by.name
