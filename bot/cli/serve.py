"""The command that runs the bot. Terminal output is imported only when it is used."""

from __future__ import annotations

from contextlib import suppress

from bot import runner
from bot.app import platforms_of, synced
from bot.cli.context import CommandContext, with_context
from bot.domain.errors import DayoriError
from bot.i18n import sentences, t


@with_context
async def run(context: CommandContext) -> None:
    """Start every platform that has a token; without one, the terminal."""
    try:
        if platforms := platforms_of(context.app):
            await runner.run(context.app, platforms)
        else:
            await _run_terminal(context)
    finally:
        with suppress(DayoriError):
            await context.services.lookup_counter.write()  # those since the last minute


async def _run_terminal(context: CommandContext) -> None:
    async with synced(context.app):
        from bot.platforms.console import shell
        from bot.services.storage_checks import start_warnings

        config, fault = context.app.config, context.app.fault
        faults = [fault.text(context.locale)] if fault else []
        for check in start_warnings(config.database_file, config.backups_path, config.site_path):
            faults.append(sentences(*(each.text(context.locale) for each in (check.message, check.remedy) if each)))
        history = config.data_folder / "terminal_history"
        with suppress(OSError):  # beside a database on a server there may be no folder yet
            history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        notice = t(
            context.locale,
            "This is the terminal, since no token is set; README.md tells how to connect to Discord or Slack.",
        )
        await shell.Shell(context.services, context.workspace, context.console, context.user, history).run(
            [*faults, notice]
        )
