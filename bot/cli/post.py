"""The command that posts once."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import runner
from bot.app import platforms_of
from bot.cli.context import CommandContext, with_context
from bot.domain.errors import ConfigError
from bot.i18n import msg, phrase
from bot.platforms.console import reports


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
    report = await runner.post(context.app, platforms, context.workspace, now)
    context.console.print(reports.delivery(report, context.locale))
    workspaces = context.services.workspaces
    ids = dict.fromkeys([context.workspace, *[await workspaces.named(name) for name in context.app.config.workspaces]])
    statuses = [status for id in ids for status in await context.services.digests.statuses(id)]
    context.console.print(reports.subscription_statuses(statuses, context.services.zone, context.locale))
    if report.paused or report.failed:
        raise typer.Exit(1)
