"""Commands that run the bot: run, post. Terminal output is imported only when it is used."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import runner
from bot.app import platforms_of, synced
from bot.cli.context import CommandContext, with_context
from bot.domain.errors import ConfigError
from bot.i18n import msg, phrase, t


@with_context
async def run(context: CommandContext) -> None:
    """Start every platform that has a token; without one, the terminal."""
    if platforms := platforms_of(context.app):
        await runner.run(context.app, platforms)
    else:
        async with synced(context.app):
            from bot.platforms.console import shell

            fault = context.app.fault
            faults = [fault.text(context.locale)] if fault else []
            history = context.app.database.path.with_name("terminal_history")
            notice = t(
                context.locale,
                "This is the terminal, since no token is set; README.md tells how to connect to Discord or Slack.",
            )
            await shell.Shell(context.services, context.workspace, context.console, context.user, history).run(
                [*faults, notice]
            )


@with_context
async def post(
    context: CommandContext,
    now: Annotated[str | None, typer.Option(help=phrase("Post this subscription's next edition now."))] = None,
) -> None:
    """Deliver what is due, then exit: for cron."""
    platforms = platforms_of(context.app)
    if not platforms:
        raise ConfigError(
            msg("There is no token to post with; put DISCORD_TOKEN or SLACK_BOT_TOKEN into .env or the environment.")
        )
    from bot.platforms.console import reports

    report = await runner.post(context.app, platforms, context.workspace, now)
    context.console.print(reports.delivery(report, context.locale))
    workspaces = context.services.workspaces
    ids = dict.fromkeys([context.workspace, *[await workspaces.named(name) for name in context.app.config.workspaces]])
    statuses = [status for id in ids for status in await context.services.digests.statuses(id)]
    context.console.print(reports.subscription_statuses(statuses, context.services.zone, context.locale))
    if report.paused or report.failed:
        raise typer.Exit(1)
