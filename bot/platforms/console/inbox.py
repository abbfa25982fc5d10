"""Deciding on proposals at the prompt. Ctrl-C, Ctrl-D or the end of input stops; what was decided stays."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper, with_changes
from bot.i18n import t, tn
from bot.platforms.console.prompt import AbortError
from bot.platforms.console.terminal import Terminal
from bot.services.papers.decisions import Decision, acceptance
from bot.services.papers.inbox import is_other_comment, proposed_paper
from bot.services.papers.outcomes import Saved


async def decide(terminal: Terminal, _arguments: str) -> None:
    """Show each proposal and ask for a decision."""
    candidates = await terminal.services.inbox.waiting(terminal.workspace)
    terminal.say(tn(terminal.locale, "{n} proposal is waiting.", "{n} proposals are waiting.", len(candidates)))
    for candidate in candidates:
        terminal.card(replace(proposed_paper(candidate), added_by=candidate.proposed_by))
        try:
            answer = await terminal.prompt.ask(t(terminal.locale, "a: accept, r: reject, otherwise: leave it  "))
        except AbortError:
            terminal.say(t(terminal.locale, "Stopped; what was not decided still waits."), "yellow")
            return
        if answer.strip().lower() == "a":
            await _accept(terminal, candidate)
        elif answer.strip().lower() == "r":
            await terminal.services.inbox.reject(terminal.workspace, candidate.number)
            terminal.say(t(terminal.locale, "Rejected."))
            await _tell_proposer(terminal, candidate, proposed_paper(candidate), "rejected")


async def _accept(terminal: Terminal, candidate: Candidate) -> None:
    _, accepted = await terminal.services.inbox.accept(terminal.workspace, candidate.number, terminal.actor)
    if accepted.is_new:
        terminal.say(t(terminal.locale, "Saved as {id}.", id=accepted.paper.id), "green")
    else:
        await _take_comment(terminal, accepted.paper, proposed_paper(candidate))
    await _tell_proposer(terminal, candidate, accepted.paper, acceptance(is_new=accepted.is_new))


async def _tell_proposer(terminal: Terminal, candidate: Candidate, paper: Paper, decision: Decision) -> None:
    if problem := await terminal.services.proposer_notices.tell(candidate, paper, decision):
        terminal.say(problem.text(terminal.locale), "yellow")


async def _take_comment(terminal: Terminal, paper: Paper, proposal: Paper) -> None:
    """Show the paper that was there before an accepted proposal, and offer to copy the proposal's comment."""
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
