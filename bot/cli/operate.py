"""Commands for operators: servers, backup, restore, init, slack-manifest."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app import open_health, utc_now
from bot.cli.context import CommandContext, SettingsContext, usage, with_context, with_settings
from bot.domain.errors import ConflictError, DayoriError, InputError, StoreError
from bot.domain.os_errors import os_reason
from bot.domain.server import Server
from bot.formats.atomic_file import replace_if_unchanged
from bot.i18n import msg, phrase, t
from bot.packaged_files import packaged_file
from bot.platforms.console import reports
from bot.platforms.console.output import print_json, print_line


@with_context
async def servers(
    context: CommandContext,
    decision: Annotated[str | None, typer.Argument(metavar="[allow|refuse]")] = None,
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help=phrase("The server's id in Discord."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=phrase("Print one JSON document and nothing else."))] = False,
) -> None:
    """List the servers that the bot is in, or decide whether it serves one; a running bot follows at once."""
    if decision is None:
        every = await context.services.servers.every()
        if as_json:
            print_json({"servers": [_columns_of(each) for each in every]})
        else:
            context.console.print(reports.servers(every, context.services.zone, context.locale))
            if context.services.servers.serves_all:
                context.say(t(context.locale, "Every server has its own collection, so every one is served."))
    elif decision not in ("allow", "refuse") or id is None:
        example = "dayori servers allow 123456789012345678"
        raise typer.BadParameter(t(context.locale, "Write it like: {example}", example=example))
    else:
        with usage():
            context.services.servers.key(id)
        decide = context.services.servers.allow if decision == "allow" else context.services.servers.refuse
        server = await decide(id)
        if as_json:
            print_json({"servers": [_columns_of(server)]})
        else:
            context.console.print(reports.servers([server], context.services.zone, context.locale))


def _columns_of(server: Server) -> dict[str, Any]:
    since = server.since.isoformat() if server.since else None
    return {"id": server.number, "name": server.name, "state": server.state, "since": since}


@with_context
async def backup(context: CommandContext, file: Annotated[Path, typer.Argument()]) -> None:
    """Copy the whole database to a new file, even while the bot runs."""
    from bot.services.backups import write_backup

    if file.exists():
        raise InputError(msg('"{file}" exists already; name a new file.', file=str(file)))
    await write_backup(context.app.database, file)
    context.say(t(context.locale, "Saved to {file}.", file=str(file)))


@with_settings
async def restore(settings: SettingsContext, file: Annotated[Path, typer.Argument()]) -> None:
    """Put a copy in the place of the database, which is kept beside it under another name."""
    from bot.services import backups

    config, locale = settings.config, settings.config.locale
    if config.database_file is None:
        raise InputError(msg("On PostgreSQL a copy is brought back into an empty database: dayori copy-store FILE URL"))
    with suppress(StoreError):  # there is no database yet, or it is damaged
        async with open_health(config) as (health, _):
            if await health.is_running():
                raise ConflictError(msg("A bot runs on this database; stop it first."))
    kept = await backups.restore(file, config.database_file, utc_now)
    print_line(t(locale, "The database was restored from {file}.", file=str(file)))
    if kept:
        print_line(t(locale, "The one before is kept as {file}.", file=str(kept)))


@with_settings
async def init(
    settings: SettingsContext,
    folder: Annotated[
        Path, typer.Argument(help=phrase("By default the current folder; it is made if needed."))
    ] = Path(),
) -> None:
    """Write the settings and the starter collection into a folder; files that are there stay as they are."""
    locale = settings.config.locale
    for name in ("bot.yaml", "papers.yaml"):
        file = folder / "config" / name
        if _write_new(file, packaged_file(name).read_bytes()):
            print_line(t(locale, "Wrote {file}.", file=str(file)))
        else:
            print_line(t(locale, "{file} is there already and stays as it is.", file=str(file)))
    next_step = t(
        locale,
        "Next: put DISCORD_TOKEN, or SLACK_BOT_TOKEN and SLACK_APP_TOKEN, into {file}, and run dayori run in that "
        "folder.",
        file=str(folder / ".env"),
    )
    print_line(next_step)


def _write_new(file: Path, content: bytes) -> bool:
    """Write a file unless there is one; return whether it was written. Raises InputError."""
    try:
        return replace_if_unchanged(file, content, None)
    except (OSError, DayoriError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else error.message
        raise InputError(msg('"{file}" cannot be written: {reason}', file=str(file), reason=reason or "")) from error


@with_settings
async def slack_manifest(settings: SettingsContext) -> None:
    """Print the link that opens Slack's form for a new app, filled in for this bot."""
    from bot.platforms.slack.manifest import creation_link, manifest

    config, slack = settings.config, settings.config.slack
    print_line(creation_link(manifest(slack.command, config.locale, unfurls=slack.unfurl)))
