"""The terminal's commands: each parses, calls one service and renders."""

from __future__ import annotations

import gc
import getpass
import json
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.text import Text

from bot.app import mirrored
from bot.domain.dates import parse_date
from bot.domain.errors import ConfigError, InputError
from bot.domain.paper import Link, Paper, edited
from bot.formats.collection import READERS, WRITERS, format_of, read_contents
from bot.formats.json import columns_of
from bot.i18n import msg, t
from bot.platforms.console import render, reports, shell
from bot.services.drafts import begin
from bot.services.lookup import Results
from bot.services.naming import name_all, nameless
from bot.session import Session, progress_bar, with_session

app = typer.Typer(
    name="dayori", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="論文だより: a team's paper collection and its weekly digest. Begin with: dayori run",
)  # fmt: skip

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Headline = Annotated[str | None, typer.Option(help="The headline, in Japanese.")]
Comment = Annotated[str | None, typer.Option(help="What you say of it.")]
Title = Annotated[str | None, typer.Option(help="The paper's title.")]
Date = Annotated[str | None, typer.Option(help="2023-07-19, 2023-07, July 19. 2023, 2023年7月19日 …")]
Links = Annotated[list[str] | None, typer.Option("--link", help="A link; may be given several times.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be given several times.")]
In = Annotated[str | None, typer.Option("--format", help=f"{', '.join(READERS)}; otherwise the file's ending tells.")]
Out = Annotated[str | None, typer.Option("--format", help=f"{', '.join(WRITERS)}; otherwise the file's ending tells.")]


@app.command()
@with_session
async def run(session: Session) -> None:
    """Start every platform that has a token; without one, the terminal.

    Example: DISCORD_TOKEN=… dayori run
    """
    if session.app.config.discord_token:
        from bot.running import run_discord  # discord.py is slow to import, and only this and `post` need it

        await run_discord(session.app)
    else:
        async with mirrored(session.app):
            await shell.Shell(session.services, session.workspace, session.console, who()).run()


@app.command()
@with_session
async def digest(session: Session, as_json: Json = False) -> None:
    """Compose the next edition and print it; nothing is posted.

    Example: dayori digest --json
    """
    edition = await session.services.digests.preview(
        await session.services.digests.shown(session.workspace, session.locale)
    )
    if as_json:
        held = [columns_of(paper) for paper in edition.papers] if edition else []
        _print_json({"subscription": edition.subscription if edition else None,
                     "edition": edition.number if edition else None, "reason": edition.reason if edition else "skip",
                     "papers": held, "remaining": edition.remaining if edition else 0})  # fmt: skip
    else:
        shell.print_edition(session.console, edition, session.services.zone, session.locale)


@app.command()
@with_session
async def post(
    session: Session,
    now: Annotated[str | None, typer.Option(help="Post this subscription's next edition now.")] = None,
) -> None:
    """Deliver what is due, then exit: for cron.

    Example: dayori post --now weekly
    """
    if not session.app.config.discord_token:
        raise ConfigError(msg("There is no token to post with; put DISCORD_TOKEN into the environment or into .env."))
    from bot.running import post_discord

    report = await post_discord(session.app, session.workspace, now)
    session.console.print(reports.delivery(report, session.locale))
    standings = await session.services.digests.standings(session.workspace)
    session.console.print(reports.standings(standings, session.services.zone, session.locale))
    if report.paused or report.failed:
        raise typer.Exit(1)


@app.command()
@with_session
async def search(
    session: Session,
    query: Annotated[str, typer.Argument(help="May hold tag:X author:X year:2022-2024; - reads queries, one a line.")],
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many results.")] = 10,
) -> None:
    """Search the collection.

    Example: dayori search "拡散 year:2023"
    """
    if query == "-":
        for line in sys.stdin:
            began = perf_counter()
            found = await session.services.lookup.find(session.workspace, line.rstrip("\r\n"), limit=limit)
            elapsed = (perf_counter() - began) * 1000
            _print_json({**_results_json(found), "elapsed_ms": round(elapsed, 3)}, indent=None)
        return
    found = await session.services.lookup.find(session.workspace, query, limit=limit)
    if as_json:
        _print_json(_results_json(found))
    else:
        session.console.print(render.results(found, session.locale, render.width_of(session.console)))


@app.command()
@with_session
async def show(session: Session, id: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
    """Show one paper.

    Example: dayori show retnet
    """
    paper = await session.services.lookup.get(session.workspace, id)
    if as_json:
        _print_json(columns_of(paper))
    else:
        _print_card(session, paper)


@app.command()
@with_session
async def add(
    session: Session,
    source: Annotated[str, typer.Argument(help="A link, an arXiv id or a DOI.")],
    headline: Headline = None,
    comment: Comment = None,
    title: Title = None,
    date: Date = None,
    link: Links = None,
    tag: Tags = None,
) -> None:
    """Add a paper.

    Example: dayori add 1706.03762 --title "Attention Is All You Need" --headline "Transformerの原論文"
    """
    if known := await session.services.drafts.known(session.workspace, source):
        session.console.print(Text(t(session.locale, "This paper is there already."), style="yellow"))
        _print_card(session, known)
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
    added = await session.services.library.add(session.workspace, paper, who(), actor=actor())
    told = t(session.locale, "Added.") if added.is_new else t(session.locale, "This paper is there already.")
    session.console.print(Text(told, style="green" if added.is_new else "yellow"))
    _print_card(session, added.paper)


@app.command()
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
    """Change a paper; an empty text takes a field away, links and tags replace the old ones.

    Example: dayori edit retnet --comment "読みました。"
    """

    def change(old: Paper) -> Paper:
        return _changed(old, headline=headline, comment=comment, title=title, date=date, link=link, tag=tag)

    _print_card(session, await session.services.library.edit(session.workspace, id, who(), change, actor=actor()))


@app.command()
@with_session
async def remove(session: Session, id: Annotated[str, typer.Argument()]) -> None:
    """Remove a paper; dayori undo brings it back.

    Example: dayori remove retnet
    """
    paper = await session.services.library.remove(session.workspace, id, who(), actor=actor())
    _say(session, t(session.locale, 'Removed "{title}". dayori undo brings it back.', title=paper.heading))


@app.command()
@with_session
async def undo(session: Session) -> None:
    """Take back the last change of the collection.

    Example: dayori undo
    """
    change, ids = await session.services.library.undo(session.workspace, who(), actor=actor())
    _say(session, reports.undone(change, ids, session.locale))


@app.command()
@with_session
async def history(session: Session, id: Annotated[str | None, typer.Argument()] = None) -> None:
    """Tell who changed what, newest first.

    Example: dayori history retnet
    """
    steps = await session.services.library.history(session.workspace, id)
    session.console.print(reports.history(steps, session.services.zone, session.locale))


@app.command("import")
@with_session
async def import_(
    session: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    format: In = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Add papers without ids though their title is there.")
    ] = False,
) -> None:
    """Take papers in from files; a broken file is refused whole.

    Example: dayori import papers.yaml --dry-run
    """
    gc.disable()  # what is read stays until the end; looking for rubbish among it would take a quarter of the time
    contents = [(file, read_contents(file, format)) for file in files]
    for file, content in contents:
        with progress_bar(file.name) as progress:
            named, untitled = await name_all(content.untitled, session.services.metadata, progress)
            report = await session.services.importing.take(
                session.workspace,
                [*content.papers, *named],
                None,
                dry_run=dry_run,
                progress=progress,
                duplicates=duplicates,
            )
        report.conflicts += [(f"{file}:{each.line}", nameless(each)) for each in untitled]
        session.console.print(reports.imported(report, str(file), session.locale, dry_run=dry_run))


@app.command()
@with_session
async def export(
    session: Session,
    query: Annotated[str, typer.Argument(help="Only what this search finds; all without it.")] = "",
    format: Out = None,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Write papers out, newest addition first.

    Example: dayori export --output papers.yaml
    """
    name = format_of(output.name if output else "", format or ("" if output else "yaml"), list(WRITERS))
    text = WRITERS[name](await session.services.lookup.all_of(session.workspace, query))
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            msg('"{file}" cannot be written: {reason}', file=str(output), reason=error.strerror or "")
        ) from error


@app.command()
@with_session
async def inbox(
    session: Session,
    decision: Annotated[str | None, typer.Argument(metavar="[accept|reject]")] = None,
    number: Annotated[int | None, typer.Argument(metavar="[N]")] = None,
) -> None:
    """List what was proposed, or decide on proposal N.

    Example: dayori inbox accept 3
    """
    if decision is None:
        waiting = await session.services.inbox.waiting(session.workspace)
        session.console.print(reports.inbox(waiting, session.services.zone, session.locale))
    elif decision not in ("accept", "reject") or number is None:
        raise typer.BadParameter("write it like: dayori inbox accept 3")
    elif decision == "accept":
        _, added = await session.services.inbox.accept(session.workspace, number, actor())
        _print_card(session, added.paper)
    else:
        await session.services.inbox.reject(session.workspace, number)
        _say(session, t(session.locale, "Rejected."))


@app.command()
@with_session
async def doctor(session: Session) -> None:
    """Tell whether all is well; exits with 1 when it is not.

    Example: dayori doctor
    """
    has_token = session.app.config.discord_token is not None
    findings = await session.services.checkup.look(session.workspace, has_token=has_token)
    session.console.print(reports.checkup(findings, session.services.zone, session.locale))
    if not findings.is_well:
        raise typer.Exit(1)


@app.command()
@with_session
async def backup(session: Session, file: Annotated[Path, typer.Argument()]) -> None:
    """Copy the whole database into a new file, while the bot runs.

    Example: dayori backup /backups/dayori.db
    """
    if file.exists():
        raise InputError(msg('"{file}" exists already; name a new file.', file=str(file)))
    await session.app.database.backup(file)
    _say(session, t(session.locale, "Saved to {file}.", file=str(file)))


def who() -> str | None:
    """Return the name of whoever sits at the terminal, None where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def actor() -> str:
    """Return who that is in the history."""
    return f"terminal:{who() or ''}"


def _changed(paper: Paper, **given: Any) -> Paper:
    """Return the paper with the options that were given; the others stay."""
    names = {"tag": "tags", "link": "links"}
    new = {names.get(name, name): value for name, value in given.items() if value is not None}
    if "date" in new:
        new["date"] = parse_date(new["date"]) if new["date"] else None
    if "links" in new:
        labels = {link.url: link.label for link in paper.links}
        new["links"] = [Link(url, labels.get(url)) for url in new["links"]]
    return edited(paper, **new)


def _results_json(found: Results) -> dict[str, Any]:
    results = [{**columns_of(result.paper), "score": round(result.hit.score, 4)} for result in found.results]
    return {"query": found.query, "total": found.total, "suggestion": found.suggestion, "results": results}


def _print_json(value: object, indent: int | None = 2) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=indent), flush=indent is None)


def _print_card(session: Session, paper: Paper) -> None:
    session.console.print(render.card(paper, session.locale, render.width_of(session.console)))


def _say(session: Session, text: str) -> None:
    session.console.print(Text(text))
