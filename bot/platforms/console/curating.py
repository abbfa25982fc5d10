"""Adding, changing and removing papers at the prompt, and deciding on what others proposed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.domain.errors import InputError, StaleError
from bot.i18n import msg, t, tn
from bot.platforms.console import reports
from bot.platforms.console.terminal import Terminal
from bot.services.drafts import Draft, change_of, changed
from bot.services.inbox import paper_of
from bot.services.submission import SameTitle, Saved, Stale


async def add(terminal: Terminal, source: str) -> None:
    """Add the paper of a link after asking what the link does not tell."""
    _require(source, "/addpaper https://arxiv.org/abs/1706.03762")
    services = terminal.services
    if known := await services.drafts.known(terminal.workspace, source):
        terminal.say(t(terminal.locale, "This paper is there already."), "yellow")
        terminal.card(known)
        return
    draft, problem = await services.drafts.prefilled(source)
    if problem:
        terminal.say(problem.text(terminal.locale), "yellow")
    draft = await _filled_in(terminal, draft)
    paper = await services.drafts.paper_of(draft)
    terminal.card(paper)
    if not await terminal.agrees(t(terminal.locale, "Save?")):
        terminal.say(t(terminal.locale, "Not saved."))
        return
    outcome = await services.submission.add(terminal.workspace, draft, paper, terminal.submitter)
    if isinstance(outcome, SameTitle):
        told = t(terminal.locale, "There is a paper of this title already, under other ids. Is yours another one?")
        terminal.say(f"{told} ({outcome.twin.id})", "yellow")
        if not await terminal.agrees(t(terminal.locale, "Save?")):
            terminal.say(t(terminal.locale, "Not saved."))
            return
        outcome = await services.submission.add(terminal.workspace, draft, paper, terminal.submitter, apart=True)
    if isinstance(outcome, Saved):
        saved = t(terminal.locale, "Saved as {id}.", id=outcome.paper.id)
        terminal.say(saved if outcome.is_new else t(terminal.locale, "This paper is there already."), "green")


async def edit(terminal: Terminal, id: str) -> None:
    """Change a paper, asking for each field with what it says today."""
    _require(id, "/editpaper retnet")
    services = terminal.services
    draft = await _filled_in(terminal, change_of(await services.lookup.get(terminal.workspace, id)))
    outcome = await services.submission.edit(
        terminal.workspace, id, lambda old: changed(old, draft), terminal.submitter, draft.seen
    )
    if isinstance(outcome, Stale):
        raise StaleError(msg('"{id}" was changed by somebody else meanwhile.', id=id))
    terminal.card(outcome.paper)


async def remove(terminal: Terminal, id: str) -> None:
    """Remove a paper after asking once."""
    _require(id, "/removepaper retnet")
    paper = await terminal.services.lookup.get(terminal.workspace, id)
    terminal.card(paper)
    if await terminal.agrees(t(terminal.locale, "Remove this paper? /undo brings it back.")):
        await terminal.services.library.remove(terminal.workspace, id, terminal.who, actor=terminal.actor)
        terminal.say(t(terminal.locale, 'Removed "{title}". /undo brings it back.', title=paper.heading))


async def undo(terminal: Terminal, _: str) -> None:
    """Take the last change back."""
    change, ids = await terminal.services.library.undo(terminal.workspace, terminal.who, actor=terminal.actor)
    terminal.say(reports.undone(change, ids, terminal.locale))


async def history(terminal: Terminal, id: str) -> None:
    """Tell who changed what."""
    steps = await terminal.services.library.history(terminal.workspace, id or None)
    terminal.console.print(reports.history(steps, terminal.services.zone, terminal.locale))


async def inbox(terminal: Terminal, _rest: str) -> None:
    """Show each proposal and ask what is to become of it."""
    waiting = await terminal.services.inbox.waiting(terminal.workspace)
    terminal.say(tn(terminal.locale, "{n} proposal waits.", "{n} proposals wait.", len(waiting)))
    for candidate in waiting:
        terminal.card(replace(paper_of(candidate), added_by=candidate.proposed_by))
        answer = await terminal.lines.ask(t(terminal.locale, "a: accept, r: reject, otherwise: leave it  "), "")
        if answer.strip().lower() == "a":
            _, added = await terminal.services.inbox.accept(terminal.workspace, candidate.number, terminal.actor)
            terminal.say(t(terminal.locale, "Saved as {id}.", id=added.paper.id), "green")
        elif answer.strip().lower() == "r":
            await terminal.services.inbox.reject(terminal.workspace, candidate.number)
            terminal.say(t(terminal.locale, "Rejected."))


async def _filled_in(terminal: Terminal, draft: Draft) -> Draft:
    locale = terminal.locale
    labels = {"title": t(locale, "Title"), "headline": t(locale, "Headline"), "date": t(locale, "Date"),
              "comment": t(locale, "Comment"), "tags": t(locale, "Tags")}  # fmt: skip
    answers: dict[str, Any] = {}
    for name, label in labels.items():
        if "\n" in getattr(draft, name):
            continue  # what has several lines is left alone: a prompt takes one
        answers[name] = await terminal.lines.ask(f"  {label}: ", getattr(draft, name))
        if name == "title" and not answers[name].strip():
            break
    return replace(draft, **answers)


def _require(given: str, example: str) -> None:
    if not given:
        raise InputError(msg("Say which one, for instance: {example}", example=example))
