"""Running the bot: run, post. What draws at a terminal is imported when that is what runs."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import runner
from bot.app import mirrored, platforms_of
from bot.domain.errors import ConfigError
from bot.i18n import msg, phrase, t
from bot.session import Session, with_session


@with_session
async def run(session: Session) -> None:
    """Start every platform that has a token; without one, the terminal."""
    if platforms := platforms_of(session.app):
        await runner.run(session.app, platforms)
    else:
        async with mirrored(session.app):
            from bot.platforms.console import shell

            fault = session.app.fault
            faults = [fault.text(session.locale)] if fault else []
            history = session.app.database.path.with_name("terminal_history")
            notice = t(session.locale, "This is the terminal, since DISCORD_TOKEN is not set; "
                       "README.md tells how to connect to Discord.")  # fmt: skip
            await shell.Shell(session.services, session.workspace, session.console, session.user, history).run(
                [*faults, notice]
            )


@with_session
async def post(
    session: Session,
    now: Annotated[str | None, typer.Option(help=phrase("Post this subscription's next edition now."))] = None,
) -> None:
    """Deliver what is due, then exit: for cron."""
    platforms = platforms_of(session.app)
    if not platforms:
        raise ConfigError(msg("There is no token to post with; put DISCORD_TOKEN into the environment or into .env."))
    from bot.platforms.console import reports

    report = await runner.post(session.app, platforms, session.workspace, now)
    session.console.print(reports.delivery(report, session.locale))
    standings = await session.services.digests.standings(session.workspace)
    session.console.print(reports.standings(standings, session.services.zone, session.locale))
    if report.paused or report.failed:
        raise typer.Exit(1)
