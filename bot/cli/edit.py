"""Commands that change the collection: add, edit, remove, undo, inbox."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.text import Text

from bot.cli.context import CommandContext, with_context
from bot.domain.candidate import Candidate
from bot.domain.dates import parse_date
from bot.domain.draft import draft_of, with_links
from bot.domain.errors import ConflictError
from bot.domain.paper import Link, Paper, with_changes
from bot.i18n import msg, phrase, t
from bot.platforms.console import reports
from bot.platforms.console.output import print_line
from bot.services.papers.decisions import Decision, acceptance
from bot.services.papers.history_text import describe
from bot.services.papers.inbox import is_other_comment, proposed_paper
from bot.services.papers.outcomes import SameTitle, Saved
from bot.services.papers.submitter import Submitter

Headline = Annotated[str | None, typer.Option(help=phrase("The headline, in Japanese."))]
Comment = Annotated[str | None, typer.Option(help=phrase("Your comment."))]
Title = Annotated[str | None, typer.Option(help=phrase("The paper's title."))]
Date = Annotated[str | None, typer.Option(help=phrase("2023-07-19, 2023-07, July 19. 2023, 2023年7月19日 …"))]
Links = Annotated[list[str] | None, typer.Option("--link", help=phrase("A link; may be given several times."))]
Tags = Annotated[list[str] | None, typer.Option("--tag", help=phrase("A tag; may be given several times."))]

Yes = Annotated[bool, typer.Option("--yes", "-y", help=phrase("Ask no questions."))]


@with_context
async def add(
    context: CommandContext,
    source: Annotated[str, typer.Argument(help=phrase("A link, an arXiv id or a DOI."))],
    headline: Headline = None,
    comment: Comment = None,
    title: Title = None,
    date: Date = None,
    link: Links = None,
    tag: Tags = None,
    another: Annotated[
        bool, typer.Option("--another", help=phrase("It is a different paper from the one with its title."))
    ] = False,
) -> None:
    """Add a paper."""
    submission = context.services.submission
    submitter = Submitter(context.user, context.actor, context.locale, is_curator=True)
    if isinstance(duplicate := await submission.find_earlier(context.workspace, source, submitter), Paper):
        context.console.print(Text(t(context.locale, "This paper is in the collection already."), style="yellow"))
        context.show(duplicate)
        return
    fields: dict[str, Any] = {
        "headline": headline,
        "title": title,
        "date": date,
        "comment": comment,
        "tags": ",".join(tag or []),
    }
    draft = replace(draft_of(source), **{name: text for name, text in fields.items() if text})
    paper = await context.services.drafts.complete(draft)
    paper = _with_options(paper, link=[*(each.url for each in paper.links), *(link or [])])
    outcome = await submission.add(context.workspace, draft, paper, submitter, allow_same_title=another)
    if isinstance(outcome, SameTitle):
        raise ConflictError(
            msg(
                'The collection has a paper with this title already, as "{id}". Add --another if yours is a '
                "different one.",
                id=outcome.paper.id,
            )
        )
    if isinstance(outcome, Saved):
        text = (
            t(context.locale, "Added.")
            if outcome.is_new
            else t(context.locale, "This paper is in the collection already.")
        )
        context.console.print(Text(text, style="green" if outcome.is_new else "yellow"))
        context.show(outcome.paper)


@with_context
async def edit(
    context: CommandContext,
    id: Annotated[str, typer.Argument()],
    headline: Headline = None,
    comment: Comment = None,
    title: Title = None,
    date: Date = None,
    link: Links = None,
    tag: Tags = None,
) -> None:
    """Change a paper; an empty text clears a field, links and tags replace the old ones."""

    def change(old: Paper) -> Paper:
        return _with_options(old, headline=headline, comment=comment, title=title, date=date, link=link, tag=tag)

    paper = await context.services.lookup.get(context.workspace, id)
    library = context.services.library
    context.show(await library.edit(context.workspace, paper.id, context.user, change, actor=context.actor))


@with_context
async def remove(context: CommandContext, id: Annotated[str, typer.Argument()], yes: Yes = False) -> None:
    """Remove a paper after one confirmation; dayori undo restores it."""
    paper = await context.services.lookup.get(context.workspace, id)
    question = t(context.locale, 'Remove "{title}"?', title=paper.heading)
    if not yes and not await context.confirm(question, default=False, show=paper):
        print_line(t(context.locale, "Not removed."), sys.stderr)
        raise typer.Exit(1)
    await context.services.library.remove(context.workspace, paper.id, context.user, actor=context.actor)
    context.say(
        t(context.locale, 'Removed "{title}". {command} brings it back.', title=paper.heading, command="dayori undo")
    )


@with_context
async def undo(
    context: CommandContext,
    number: Annotated[
        int | None, typer.Argument(metavar="[N]", help=phrase("The number of a change; by default the last one."))
    ] = None,
    yes: Yes = False,
) -> None:
    """Undo a change of the collection, the last one or number N, after a confirmation."""
    change, ids = await context.services.undo.to_undo(context.workspace, number)
    description = f"#{change.id} {describe(change, ids, context.locale)}"
    question = t(context.locale, "Undo this? {change}", change=description)
    must_confirm = context.terminal.prompt.is_interactive and not yes  # a script cannot answer; redo reverts an undo
    if must_confirm and not await context.confirm(question, default=True):
        print_line(t(context.locale, "Nothing was changed."), sys.stderr)
        raise typer.Exit(1)
    change, ids = await context.services.undo.undo(
        context.workspace, context.user, actor=context.actor, change_id=change.id
    )
    context.say(reports.undone(change, ids, context.locale))


@with_context
async def redo(context: CommandContext) -> None:
    """Redo the change that the last undo reverted."""
    change, ids = await context.services.undo.redo(context.workspace, context.user, actor=context.actor)
    context.say(reports.redone(change, ids, context.locale))


@with_context
async def inbox(
    context: CommandContext,
    decision: Annotated[str | None, typer.Argument(metavar="[accept|reject]")] = None,
    number: Annotated[int | None, typer.Argument(metavar="[N]")] = None,
) -> None:
    """List the proposals, or decide on proposal N."""
    if decision is None:
        proposals = await context.services.inbox.waiting(context.workspace)
        context.console.print(reports.inbox(proposals, context.services.zone, context.locale))
    elif decision not in ("accept", "reject") or number is None:
        raise typer.BadParameter(t(context.locale, "Write it like: {example}", example="dayori inbox accept 3"))
    elif decision == "accept":
        candidate, accepted = await context.services.inbox.accept(context.workspace, number, context.actor)
        if not accepted.is_new:
            context.console.print(Text(t(context.locale, "This paper is in the collection already."), style="yellow"))
        context.show(accepted.paper)
        if not accepted.is_new and is_other_comment(proposal := proposed_paper(candidate), accepted.paper):
            context.say(t(context.locale, "The proposal's comment: {comment}", comment=proposal.comment))
        await _tell_proposer(context, candidate, accepted.paper, acceptance(is_new=accepted.is_new))
    else:
        candidate = await context.services.inbox.reject(context.workspace, number)
        context.say(t(context.locale, "Rejected."))
        await _tell_proposer(context, candidate, proposed_paper(candidate), "rejected")


async def _tell_proposer(context: CommandContext, candidate: Candidate, paper: Paper, decision: Decision) -> None:
    """Have the proposer told, with a connection made for this."""
    from bot.runner import tell_proposer  # slow to import, and few commands need it

    if problem := await tell_proposer(context.app, candidate, paper, decision):
        context.console.print(Text(problem.text(context.locale), style="yellow"))


def _with_options(paper: Paper, **options: Any) -> Paper:
    """Return the paper with the given options; None leaves a field unchanged."""
    names = {"tag": "tags", "link": "links"}
    new = {names.get(name, name): value for name, value in options.items() if value is not None}
    if "date" in new:
        new["date"] = parse_date(new["date"]) if new["date"] else None
    if "links" in new:
        labels = {link.url: link.label for link in paper.links}
        paper = with_links(paper, [Link(url, labels.get(url)) for url in new.pop("links")])
    return with_changes(paper, **new)
