"""Papers out of files and into them: import, export."""

from __future__ import annotations

import gc
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from bot.domain.errors import InputError
from bot.formats.collection import READERS, WRITTEN, format_of, read_contents, writer
from bot.formats.disk import write_private
from bot.i18n import msg, phrase, tn
from bot.platforms.console import reports
from bot.platforms.console.output import standard_output
from bot.services.naming import name_all
from bot.session import Session, progress_bar, with_session

In = Annotated[
    str | None,
    typer.Option("--format", metavar="|".join(READERS), help=phrase("Without it, the file's extension decides.")),
]
Out = Annotated[
    str | None,
    typer.Option("--format", metavar="|".join(WRITTEN), help=phrase("Without it, the file's extension decides.")),
]


@with_session
async def import_(
    session: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    format: In = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=phrase("Show what would happen, and save nothing."))
    ] = False,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help=phrase("Add papers without ids though their title is there."))
    ] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help=phrase("Bring back papers that were removed here."))
    ] = False,
) -> None:
    """Import papers from files; nothing is taken from a broken one."""
    gc.disable()  # what is read stays until the end; looking for rubbish among it would take a quarter of the time
    contents = [(file, read_contents(file, format)) for file in files]
    for file, content in contents:
        with progress_bar(file.name) as progress:
            named = await name_all(content.untitled, session.services.metadata, progress)
            take = partial(session.services.importing.take, session.workspace, [*content.papers, *named.papers], None,
                           progress=progress, duplicates=duplicates)  # fmt: skip
            report = await take(dry_run=dry_run, restore=restore)
        left_out = [(place, why, 1) for place, why in content.left_out(str(file))] + named.reasons(str(file))
        told = partial(reports.imported, file=str(file), locale=session.locale, dry_run=dry_run)
        session.console.print(told(report, left_out=left_out))
        if report.removed and not dry_run and await _wanted_back(session, len(report.removed)):
            session.console.print(told(await take(restore=True), left_out=[]))


async def _wanted_back(session: Session, removed: int) -> bool:
    """Ask at a terminal whether papers that were removed here are to come back; the default is no."""
    question = tn(session.locale, "Bring the removed paper back?", "Bring the {n} removed papers back?", removed)
    return session.terminal.lines.is_interactive and await session.agrees(question, default=False)


@with_session
async def export(
    session: Session,
    query: Annotated[str, typer.Argument(help=phrase("Only what this search finds; all without it."))] = "",
    format: Out = None,
    output: Annotated[
        Path | None,
        typer.Option(help=phrase("Write to this file instead of standard output; a file of that name is replaced.")),
    ] = None,
) -> None:
    """Export papers, last added first."""
    name = format_of(output.name if output else "", format or ("" if output else "yaml"), list(WRITTEN))
    collection = await session.services.workspaces.uuid(session.workspace)
    write = writer(name, collection, quote(output.name) if output else "")
    exporting = partial(session.services.exports.write, session.workspace, query, write)
    if output is None:
        await exporting(standard_output())
        return
    try:
        with write_private(output) as file:
            await exporting(file)
    except OSError as error:
        raise InputError(
            msg('"{file}" cannot be written: {reason}', file=str(output), reason=error.strerror or "")
        ) from error
