"""Changing the collection, paper by paper: add, edit, remove, undo, inbox."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.text import Text

from bot.domain.dates import parse_date
from bot.domain.draft import begin, relinked
from bot.domain.errors import ConflictError
from bot.domain.paper import Link, Paper, edited
from bot.i18n import msg, phrase, t
from bot.platforms.console import reports
from bot.platforms.console.output import print_line
from bot.services.changes import describe
from bot.services.inbox import is_other_comment, paper_of
from bot.services.submission import SameTitle, Saved, Submitter
from bot.session import Session, with_session

Headline = Annotated[str | None, typer.Option(help=phrase("The headline, in Japanese."))]
Comment = Annotated[str | None, typer.Option(help=phrase("Your comment."))]
Title = Annotated[str | None, typer.Option(help=phrase("The paper's title."))]
Date = Annotated[str | None, typer.Option(help=phrase("2023-07-19, 2023-07, July 19. 2023, 2023年7月19日 …"))]
Links = Annotated[list[str] | None, typer.Option("--link", help=phrase("A link; may be given several times."))]
Tags = Annotated[list[str] | None, typer.Option("--tag", help=phrase("A tag; may be given several times."))]

Yes = Annotated[bool, typer.Option("--yes", "-y", help=phrase("Ask no questions."))]


@with_session
async def add(
    session: Session,
    source: Annotated[str, typer.Argument(help=phrase("A link, an arXiv id or a DOI."))],
    headline: Headline = None,
    comment: Comment = None,
    title: Title = None,
    date: Date = None,
    link: Links = None,
    tag: Tags = None,
    another: Annotated[
        bool, typer.Option("--another", help=phrase("It is another paper than the one of its title."))
    ] = False,
) -> None:
    """Add a paper."""
    if known := await session.services.drafts.known(session.workspace, source):
        session.console.print(Text(t(session.locale, "This paper is there already."), style="yellow"))
        session.show(known)
        return
    given: dict[str, Any] = {
        "headline": headline,
        "title": title,
        "date": date,
        "comment": comment,
        "tags": ",".join(tag or []),
    }
    draft = replace(begin(source), **{name: text for name, text in given.items() if text})
    paper = await session.services.drafts.paper_of(draft)
    paper = _changed(paper, link=[*(each.url for each in paper.links), *(link or [])])
    outcome = await session.services.submission.add(
        session.workspace, draft, paper, Submitter(session.user, session.actor, session.locale, is_curator=True),
        apart=another,
    )  # fmt: skip
    if isinstance(outcome, SameTitle):
        raise ConflictError(
            msg('A paper of this title is there already, as "{id}". Say --another if yours is another one.',
                id=outcome.twin.id)
        )  # fmt: skip
    if isinstance(outcome, Saved):
        told = t(session.locale, "Added.") if outcome.is_new else t(session.locale, "This paper is there already.")
        session.console.print(Text(told, style="green" if outcome.is_new else "yellow"))
        session.show(outcome.paper)


@with_session
async def edit(
    session: Session,
    id: Annotated[str, typer.Argument()],
    headline: Headline = None,
    comment: Comment = None,
    title: Title = None,
    date: Date = None,
    link: Links = None,
    tag: Tags = None,
) -> None:
    """Change a paper; an empty text takes a field away, links and tags replace the old ones."""

    def change(old: Paper) -> Paper:
        return _changed(old, headline=headline, comment=comment, title=title, date=date, link=link, tag=tag)

    paper = await session.services.lookup.get(session.workspace, id)
    library = session.services.library
    session.show(await library.edit(session.workspace, paper.id, session.user, change, actor=session.actor))


@with_session
async def remove(session: Session, id: Annotated[str, typer.Argument()], yes: Yes = False) -> None:
    """Remove a paper after asking once; dayori undo brings it back."""
    paper = await session.services.lookup.get(session.workspace, id)
    asked = t(session.locale, 'Remove "{title}"?', title=paper.heading)
    if not yes and not await session.agrees(asked, default=False, show=paper):
        print_line(t(session.locale, "Not removed."), sys.stderr)
        raise typer.Exit(1)
    await session.services.library.remove(session.workspace, paper.id, session.user, actor=session.actor)
    session.say(
        t(session.locale, 'Removed "{title}". {command} brings it back.', title=paper.heading, command="dayori undo")
    )


@with_session
async def undo(
    session: Session,
    number: Annotated[
        int | None, typer.Argument(metavar="[N]", help=phrase("A change's number; the last one without."))
    ] = None,
    yes: Yes = False,
) -> None:
    """Take back a change of the collection, the last one or number N, after saying which."""
    change, ids = await session.services.reversal.to_undo(session.workspace, number)
    told = f"#{change.id} {describe(change, ids, session.locale)}"
    asks = session.terminal.lines.is_interactive and not yes  # a script cannot answer, and redo makes it again
    if asks and not await session.agrees(t(session.locale, "Undo this? {change}", change=told), default=True):
        print_line(t(session.locale, "Nothing was changed."), sys.stderr)
        raise typer.Exit(1)
    change, ids = await session.services.reversal.undo(
        session.workspace, session.user, actor=session.actor, change_id=change.id
    )
    session.say(reports.undone(change, ids, session.locale))


@with_session
async def redo(session: Session) -> None:
    """Redo what the last undo took back."""
    change, ids = await session.services.reversal.redo(session.workspace, session.user, actor=session.actor)
    session.say(reports.redone(change, ids, session.locale))


@with_session
async def inbox(
    session: Session,
    decision: Annotated[str | None, typer.Argument(metavar="[accept|reject]")] = None,
    number: Annotated[int | None, typer.Argument(metavar="[N]")] = None,
) -> None:
    """List what was proposed, or decide on proposal N."""
    if decision is None:
        waiting = await session.services.inbox.waiting(session.workspace)
        session.console.print(reports.inbox(waiting, session.services.zone, session.locale))
    elif decision not in ("accept", "reject") or number is None:
        raise typer.BadParameter(t(session.locale, "Write it like: {example}", example="dayori inbox accept 3"))
    elif decision == "accept":
        candidate, made = await session.services.inbox.accept(session.workspace, number, session.actor)
        if not made.is_new:
            session.console.print(Text(t(session.locale, "This paper is there already."), style="yellow"))
        session.show(made.paper)
        if not made.is_new and is_other_comment(proposed := paper_of(candidate), made.paper):
            session.say(t(session.locale, "The proposal's comment: {comment}", comment=proposed.comment))
    else:
        await session.services.inbox.reject(session.workspace, number)
        session.say(t(session.locale, "Rejected."))


def _changed(paper: Paper, **given: Any) -> Paper:
    """Return the paper with the options that were given; the others stay."""
    names = {"tag": "tags", "link": "links"}
    new = {names.get(name, name): value for name, value in given.items() if value is not None}
    if "date" in new:
        new["date"] = parse_date(new["date"]) if new["date"] else None
    if "links" in new:
        labels = {link.url: link.label for link in paper.links}
        paper = relinked(paper, [Link(url, labels.get(url)) for url in new.pop("links")])
    return edited(paper, **new)
