"""Commands that change the collection: add, edit, remove, undo."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

import typer
from rich.text import Text

from bot.cli.context import CommandContext, usage, with_context
from bot.cli.paper_options import Comment, Date, Headline, Links, Tags, Title, apply_options
from bot.domain.draft import bare_paper, draft_of
from bot.domain.errors import ConflictError
from bot.domain.paper import Paper
from bot.i18n import msg, phrase, t
from bot.platforms.console import reports
from bot.platforms.console.output import print_line
from bot.services.papers.history_text import describe
from bot.services.papers.outcomes import SameTitle, Saved

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
    with usage():
        apply_options(
            bare_paper(source), headline=headline, comment=comment, title=title or None, date=date, link=link, tag=tag
        )
    submission, submitter = context.services.submission, context.terminal.submitter
    earlier = await submission.find_earlier(context.workspace, source, submitter)
    if isinstance(earlier, Paper):
        _show_saved(context, earlier, is_new=False)
        return
    draft = replace(
        draft_of(source),
        headline=headline or "",
        title=title or "",
        date=date or "",
        comment=comment or "",
        tags=",".join(tag or []),
    )
    paper = await context.services.drafts.complete(draft)
    paper = apply_options(paper, link=[*(each.url for each in paper.links), *(link or [])])
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
        _show_saved(context, outcome.paper, is_new=outcome.is_new)


def _show_saved(context: CommandContext, paper: Paper, *, is_new: bool) -> None:
    text, style = (msg("Added."), "green") if is_new else (msg("This paper is in the collection already."), "yellow")
    context.console.print(Text(text.text(context.locale), style=style))
    context.show(paper)


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
        return apply_options(old, headline=headline, comment=comment, title=title, date=date, link=link, tag=tag)

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
    change, headings = await context.services.undo.to_undo(context.workspace, number)
    description = f"#{change.id} {describe(change, headings, context.locale)}"
    question = t(context.locale, "Undo this? {change}", change=description)
    must_confirm = context.terminal.prompt.is_interactive and not yes  # a script cannot answer; redo reverts an undo
    if must_confirm and not await context.confirm(question, default=True):
        print_line(t(context.locale, "Nothing was changed."), sys.stderr)
        raise typer.Exit(1)
    change, headings = await context.services.undo.undo(
        context.workspace, context.user, actor=context.actor, change_id=change.id
    )
    context.say(reports.undone(change, headings, context.locale))


@with_context
async def redo(context: CommandContext) -> None:
    """Redo the change that the last undo reverted."""
    change, headings = await context.services.undo.redo(context.workspace, context.user, actor=context.actor)
    context.say(reports.redone(change, headings, context.locale))
