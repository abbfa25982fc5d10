"""Commands for files of papers: import, export."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from bot.cli.context import CommandContext, progress_bar, usage, with_context
from bot.domain.errors import DamagedStoreError, InputError, ServerStoreError, StoreError
from bot.domain.os_errors import os_reason
from bot.formats.atomic_file import write_private
from bot.formats.registry import READERS, WRITTEN, format_of, read_contents, writer
from bot.i18n import msg, phrase, tn
from bot.platforms.console import reports
from bot.platforms.console.output import standard_output
from bot.services.papers.title_lookup import look_up_titles
from bot.services.ports import Progress

In = Annotated[
    str | None,
    typer.Option("--format", metavar="|".join(READERS), help=phrase("By default, the file's extension decides.")),
]
Out = Annotated[
    str | None,
    typer.Option("--format", metavar="|".join(WRITTEN), help=phrase("By default, the file's extension decides.")),
]


@with_context
async def import_(
    context: CommandContext,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    format: In = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=phrase("Show what would happen, and save nothing."))
    ] = False,
    duplicates: Annotated[
        bool,
        typer.Option(
            "--duplicates", help=phrase("Add papers without ids even if the collection has one with their title.")
        ),
    ] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help=phrase("Bring back papers that were removed here."))
    ] = False,
) -> None:
    """Import papers from files; a broken file imports nothing."""
    with usage():
        for file in files:
            format_of(str(file), format, list(READERS))
    gc.disable()  # all objects stay until the end, and searching them for garbage would take a quarter of the time
    contents = [(file, read_contents(file, format)) for file in files]
    for file, content in contents:
        with progress_bar(file.name) as show, _remainder(show, is_saved=not dry_run) as progress:
            titles = await look_up_titles(content.untitled, context.services.metadata, show)
            take = partial(
                context.services.importer.run,
                context.workspace,
                [*content.papers, *titles.papers],
                None,
                progress=progress,
                duplicates=duplicates,
            )
            report = await take(dry_run=dry_run, restore=restore)
        left_out = [(place, why, 1) for place, why in content.skipped_lines(str(file))] + titles.reasons(str(file))
        print_report = partial(reports.imported, file=str(file), locale=context.locale, dry_run=dry_run)
        context.console.print(print_report(report, left_out=left_out))
        if report.removed and not dry_run and await _wanted_back(context, len(report.removed)):
            context.console.print(print_report(await take(restore=True), left_out=[]))


@contextmanager
def _remainder(show: Progress, *, is_saved: bool) -> Iterator[Progress]:
    """Say how much of a file is imported when the database fails meanwhile, and how to go on."""
    imported = total = 0

    def note(done: int, all: int) -> None:
        nonlocal imported, total
        imported, total = done, all
        show(done, all)

    try:
        yield note
    except (DamagedStoreError, ServerStoreError):  # to be mended first, as these say themselves
        raise
    except StoreError as error:
        if not (imported and is_saved):
            raise
        text = msg(
            "{reason} {done} of {total} papers are imported; the same command imports the others.",
            reason=error.message,
            done=imported,
            total=total,
        )
        raise StoreError(text) from error


async def _wanted_back(context: CommandContext, removed: int) -> bool:
    """Ask at a terminal whether to restore papers that were removed here; the default is no."""
    question = tn(context.locale, "Bring the removed paper back?", "Bring the {n} removed papers back?", removed)
    return context.terminal.prompt.is_interactive and await context.confirm(question, default=False)


@with_context
async def export(
    context: CommandContext,
    query: Annotated[str, typer.Argument(help=phrase("Only what this search finds; by default all papers."))] = "",
    format: Out = None,
    output: Annotated[
        Path | None,
        typer.Option(help=phrase("Write to this file instead of standard output; a file of that name is replaced.")),
    ] = None,
) -> None:
    """Export papers, newest addition first."""
    with usage():
        name = format_of(str(output or ""), format or ("" if output else "yaml"), list(WRITTEN))
    collection = await context.services.workspaces.uuid(context.workspace)
    write = writer(name, collection, quote(os.fsencode(output.name)) if output else "")
    exporting = partial(context.services.exporter.write, context.workspace, query, write)
    if output is None:
        await exporting(standard_output())
        return
    try:
        with write_private(output) as file:
            await exporting(file)
    except OSError as error:
        raise InputError(
            msg('"{file}" cannot be written: {reason}', file=str(output), reason=os_reason(error))
        ) from error
