"""Adding, changing and removing papers at the prompt.

Ctrl-C, Ctrl-D or the end of input at a question raises AbortError, which ends the command; nothing is written before
the last question is answered.
"""

from __future__ import annotations

from functools import partial

from bot.domain.draft import Draft, apply_draft, draft_of, edit_draft
from bot.domain.errors import InputError, NotFoundError
from bot.domain.paper import Paper
from bot.i18n import Message, msg, t
from bot.platforms.console import render, reports
from bot.platforms.console.paper_form import fill_form
from bot.platforms.console.prompt import AbortError
from bot.platforms.console.terminal import Terminal
from bot.services.papers.history_text import describe
from bot.services.papers.outcomes import SameTitle, Saved, Stale

_SAVE = msg("Save?")


async def add(terminal: Terminal, source: str) -> None:
    """Add the paper of a link, after asking for what the source does not know."""
    require(source, "/addpaper https://arxiv.org/abs/1706.03762")
    services = terminal.services
    earlier = await services.submission.find_earlier(terminal.workspace, source, terminal.submitter)
    if isinstance(earlier, Paper):
        terminal.say(t(terminal.locale, "This paper is in the collection already."), "yellow")
        terminal.card(earlier)
        return
    draft = draft_of(source)
    metadata, problem = await services.drafts.look_up(draft.source)
    if problem:
        advice = msg("{problem} Type the title, and the paper can be added all the same.", problem=problem)
        terminal.say(advice.text(terminal.locale), "yellow")

    async def complete(draft: Draft) -> tuple[Draft, Paper]:
        return draft, await services.drafts.complete(draft)

    draft, paper = await fill_form(terminal, draft, complete, metadata)
    terminal.card(paper)
    if await _is_confirmed(terminal, default=True):
        await _save_new(terminal, draft, paper)


async def _save_new(terminal: Terminal, draft: Draft, paper: Paper) -> None:
    """Save a new paper; ask again if the collection has one of its title."""
    add = partial(terminal.services.submission.add, terminal.workspace, draft, paper, terminal.submitter)
    outcome = await terminal.attempt(add)
    if isinstance(outcome, SameTitle):
        question = t(
            terminal.locale,
            "The collection has a paper with this title already, under other ids. Is yours a different one?",
        )
        terminal.say(f"{question} ({outcome.paper.id})", "yellow")
        if not await _is_confirmed(terminal, default=False):
            return
        outcome = await terminal.attempt(partial(add, allow_same_title=True))
    if isinstance(outcome, Saved):
        new = t(terminal.locale, "Saved as {id}.", id=outcome.paper.id)
        terminal.say(new if outcome.is_new else t(terminal.locale, "This paper is in the collection already."), "green")


async def _is_confirmed(terminal: Terminal, question: Message = _SAVE, *, default: bool) -> bool:
    """Ask whether to save; return the answer, and say so where nothing is saved."""
    if await terminal.confirm(question.text(terminal.locale), default=default):
        return True
    terminal.say(t(terminal.locale, "Not saved."))
    return False


async def edit(terminal: Terminal, text: str) -> None:
    """Change a paper, asking for each field with its current value filled in."""
    require(text, "/editpaper retnet")
    lookup, submission = terminal.services.lookup, terminal.services.submission
    old = await _resolve(terminal, text)

    async def complete(draft: Draft) -> tuple[Draft, Paper]:
        return draft, apply_draft(old, draft)

    draft, new = await fill_form(terminal, edit_draft(old), complete)
    if new.content == old.content:
        terminal.say(t(terminal.locale, "Nothing was changed."))
        return
    terminal.card(new)
    question, default, version = _SAVE, True, draft.version_seen
    while True:
        if not await _is_confirmed(terminal, question, default=default):
            return
        change = partial(apply_draft, draft=draft)
        outcome = await terminal.attempt(
            partial(submission.edit, terminal.workspace, old.id, change, terminal.submitter, version)
        )
        if not isinstance(outcome, Stale):
            break
        terminal.say(t(terminal.locale, '"{id}" was changed by somebody else meanwhile.', id=old.id), "yellow")
        current = await lookup.get(terminal.workspace, old.id)
        terminal.card(current)
        question, default, version = msg("Overwrite it with yours?"), False, current.updated_at
    terminal.say(t(terminal.locale, "Saved as {id}.", id=old.id), "green")


async def remove(terminal: Terminal, text: str) -> None:
    """Remove a paper after one confirmation."""
    require(text, "/removepaper retnet")
    paper = await _resolve(terminal, text)
    terminal.card(paper)
    if not await terminal.confirm(t(terminal.locale, "Remove this paper?"), default=False):
        terminal.say(t(terminal.locale, "Not removed."))
        return
    await terminal.services.library.remove(terminal.workspace, paper.id, terminal.user, actor=terminal.actor)
    terminal.say(
        t(terminal.locale, 'Removed "{title}". {command} brings it back.', title=paper.heading, command="/undo")
    )


async def undo(terminal: Terminal, number: str) -> None:
    """Undo the last change, or the one with that number; ask for confirmation at an interactive terminal."""
    change, headings = await terminal.services.undo.to_undo(terminal.workspace, _number(number, "/undo 3"))
    question = t(
        terminal.locale, "Undo this? {change}", change=_numbered(change.id, describe(change, headings, terminal.locale))
    )
    if terminal.prompt.is_interactive and not await terminal.confirm(question, default=True):
        terminal.say(t(terminal.locale, "Nothing was changed."))
        return
    change, headings = await terminal.services.undo.undo(
        terminal.workspace, terminal.user, actor=terminal.actor, change_id=change.id
    )
    terminal.say(reports.undone(change, headings, terminal.locale))
    terminal.say(t(terminal.locale, "/redo brings it back."), "dim")


async def redo(terminal: Terminal, _: str) -> None:
    """Redo the last undone change."""
    change, _undo = await terminal.services.undo.to_redo(terminal.workspace)
    change, headings = await terminal.services.undo.redo(
        terminal.workspace, terminal.user, actor=terminal.actor, change_id=change.id
    )
    terminal.say(reports.redone(change, headings, terminal.locale))


async def history(terminal: Terminal, text: str) -> None:
    """Show who changed what."""
    library = terminal.services.library
    steps = await library.history(terminal.workspace, text or None)
    if text and not steps:
        steps = await library.history(terminal.workspace, (await _resolve(terminal, text)).id)
    terminal.console.print(reports.history(steps, terminal.services.zone, terminal.locale))


async def _resolve(terminal: Terminal, text: str) -> Paper:
    """Return the paper that a text means; ask which one if there are several.

    Raises NotFoundError when there is none, AbortError when none is chosen.
    """
    results = await terminal.services.lookup.resolve(terminal.workspace, text)
    papers = [result.paper for result in results.results or results.near]
    if results.total == 1:
        return papers[0]
    if not papers:
        raise NotFoundError(msg("No paper was found for “{query}”.", query=text[:80]))
    terminal.console.print(render.results(results, terminal.locale, terminal.width))
    answer = await terminal.ask_until(
        t(terminal.locale, "Which one? Its number: "), "", partial(_check_choice, most=len(papers))
    )
    if not answer.strip():
        raise AbortError
    return papers[int(answer) - 1]


def _check_choice(text: str, most: int) -> None:
    plain = text.strip()
    if plain and not (plain.isdecimal() and len(plain) < 10 and 1 <= int(plain) <= most):
        raise InputError(msg("Type a number from 1 to {most}, or nothing to stop.", most=most))


def _number(text: str, example: str) -> int | None:
    plain = text.strip().lstrip("#＃")
    if not plain:
        return None
    if not plain.isdecimal() or len(plain) > 19:
        raise InputError(
            msg('"{text}" is not the number of a change; write it like: {example}', text=text[:40], example=example)
        )
    return int(plain)


def _numbered(number: int, text: str) -> str:
    return f"#{number} {text}"


def require(text: str, example: str) -> None:
    """Raise InputError with an example if a command does not say which paper."""
    if not text:
        raise InputError(msg("Say which one, for instance: {example}", example=example))
