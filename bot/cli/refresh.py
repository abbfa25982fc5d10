"""The command that looks at papers again."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.context import CommandContext, with_context
from bot.i18n import phrase, t, tn
from bot.services.papers.update_checks import UpdateChecks


@with_context
async def refresh(
    context: CommandContext,
    id: Annotated[str | None, typer.Argument(help=phrase("Only this paper, even if it is not due."))] = None,
) -> None:
    """Look at papers again in their sources now, as a bot that runs does at night."""
    app = context.app
    if id is not None:
        id = (await context.services.lookup.get(context.workspace, id)).id
    report = await UpdateChecks(app.database, app.clock, app.config.zone, app.sources).run_now(context.workspace, id)
    for paper_id, update in report.noted:
        context.say(f"{update.mark} {paper_id}: {update.text(context.locale)}")
    for trouble in report.troubles:
        context.say(trouble.text(context.locale))
    n = len(report.looked)
    context.say(
        tn(context.locale, "Looked at {n} paper again.", "Looked at {n} papers again.", n)
        if n
        else t(context.locale, "No paper was looked at.")
    )
