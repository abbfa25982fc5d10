"""Deciding on candidates at the prompt, by single keys.

Ctrl-C, Ctrl-D or the end of input stops; what was decided stays. In a form they only close the form.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

from bot.domain.candidate import Candidate, proposed_paper
from bot.domain.draft import Draft, apply_draft
from bot.domain.errors import DecidedError
from bot.domain.paper import Paper, with_changes
from bot.i18n import Message, t
from bot.platforms.console.paper_form import FIELDS, fill_form
from bot.platforms.console.prompt import AbortError
from bot.platforms.console.terminal import Terminal
from bot.platforms.console.wrap import wrap
from bot.services.papers.acceptance import is_other_comment
from bot.services.papers.decision_text import ReviewResult
from bot.services.papers.outcomes import ReviewStep, Saved
from bot.services.papers.proposal import candidate_draft

TellProposer: TypeAlias = Callable[[Candidate, Paper, ReviewResult], Awaitable[Message | None]]
_OWN_WORDS = ("headline", "comment", "tags")  # what a feed cannot know


async def decide(terminal: Terminal, _arguments: str, tell: TellProposer | None = None) -> None:
    """Show one candidate after another and take a key for each; `tell` tells proposers, by default where connected."""
    step = await terminal.services.review.begin(terminal.workspace, terminal.submitter)
    while True:
        _show(terminal, step)
        if not (keys := _keys(terminal, step)) or (not step.proposal and not terminal.prompt.is_interactive):
            return
        try:
            key = await terminal.prompt.key(_question(keys, terminal.width), keys)
        except AbortError:
            terminal.say(t(terminal.locale, "Stopped; what was not decided still waits."), "yellow")
            return
        if key == "q":
            return
        step = await _act(terminal, step, key)
        if step.message:
            terminal.say(step.message.text(terminal.locale), "yellow" if step.is_refused else "green")
        if step.notice and (problem := await (tell or terminal.services.proposer_notices.tell)(*step.notice)):
            terminal.say(problem.text(terminal.locale), "yellow")


def _show(terminal: Terminal, step: ReviewStep) -> None:
    if step.proposal is None:
        terminal.say(t(terminal.locale, "The inbox is empty."))
        return
    terminal.say("")
    terminal.say(step.proposal.text(terminal.locale, terminal.text_of), "dim")
    terminal.card(step.proposal.paper)


def _keys(terminal: Terminal, step: ReviewStep) -> dict[str, str]:
    """Return the keys that do something now, each with its label; none when there is nothing to do."""
    locale, keys = terminal.locale, dict[str, str]()
    if step.proposal:
        keys |= {
            "a": t(locale, "Accept"),
            "e": t(locale, "Edit and accept"),
            "r": t(locale, "Reject"),
            "l": t(locale, "Later"),
        }
    if step.undoable:
        keys["u"] = t(locale, "Undo the decision")
    return keys | {"q": t(locale, "Leave")} if keys else {}


def _question(keys: dict[str, str], width: int) -> str:
    choices = "  ".join(f"{label} {key}" for key, label in keys.items())
    return "\n".join(wrap(f"{choices}  >", width)) + " "


async def _act(terminal: Terminal, step: ReviewStep, key: str) -> ReviewStep:
    """Do what a key is for and return the next step; the same one again where a form was closed."""
    review, place, by = terminal.services.review, terminal.workspace, terminal.submitter
    if key == "u" or step.proposal is None:
        return await review.undo(place, by, step.undoable)
    candidate = step.proposal.candidate
    if key == "r":
        return await review.reject(place, candidate.number, by)
    if key == "l":
        return await review.put_off(place, candidate.number, by)
    if key == "a" and not candidate.is_find:
        return await _accept(terminal, candidate.number, proposed_paper(candidate))
    try:
        paper = await _paper_of_form(terminal, candidate, FIELDS if key == "e" else _OWN_WORDS)
    except AbortError:
        terminal.say(t(terminal.locale, "Stopped; nothing was changed."), "yellow")
        return step._replace(message=None, is_refused=False, notice=None, known=None)
    except DecidedError as error:
        return await review.refused(place, by, error)
    return await _accept(terminal, candidate.number, paper)


async def _accept(terminal: Terminal, number: int, paper: Paper) -> ReviewStep:
    """Accept a candidate as this paper; where the collection has it already, offer to copy its comment."""
    step = await terminal.services.review.accept(terminal.workspace, number, terminal.submitter, paper=paper)
    if step.known:
        with suppress(AbortError):
            await _take_comment(terminal, step.known.paper, paper)
    return step


async def _paper_of_form(terminal: Terminal, candidate: Candidate, fields: tuple[str, ...]) -> Paper:
    """Return a candidate's paper as the curator typed it. Raises DecidedError if it no longer waits, and AbortError."""
    await terminal.services.inbox.get(terminal.workspace, candidate.number, terminal.submitter)
    proposed = proposed_paper(candidate)

    async def make(draft: Draft) -> Paper:
        return apply_draft(proposed, draft)

    return await fill_form(terminal, candidate_draft(candidate, proposed), make, fields=fields)


async def _take_comment(terminal: Terminal, paper: Paper, proposal: Paper) -> None:
    """Show the paper that was there before an accepted candidate, and offer to copy the candidate's comment."""
    terminal.say(t(terminal.locale, "This paper is in the collection already."), "yellow")
    terminal.card(paper)
    if not is_other_comment(proposal, paper):
        return
    question = t(terminal.locale, "Replace the comment") if paper.comment else t(terminal.locale, "Add the comment")
    if await terminal.confirm(f"{question}?", default=False):
        outcome = await terminal.services.submission.edit(
            terminal.workspace,
            paper.id,
            lambda now: with_changes(now, comment=proposal.comment),
            terminal.submitter,
            paper.updated_at,
        )
        if isinstance(outcome, Saved):
            terminal.say(t(terminal.locale, "Saved as {id}.", id=paper.id), "green")
        else:
            terminal.say(t(terminal.locale, '"{id}" was changed by somebody else meanwhile.', id=paper.id), "yellow")
