"""`dayori feeds list`: how the feeds are, and what they brought in the last week."""

from __future__ import annotations

from bot.cli.context import CommandContext
from bot.cli.feed_polls import follow_settings
from bot.i18n import t
from bot.platforms.console import feed_list as render
from bot.platforms.console.output import print_json


async def list_feeds(context: CommandContext, name: str | None, *, as_json: bool) -> None:
    """Print the workspace's feeds, or one. Raises NotFoundError."""
    await follow_settings(context)
    management, locale = context.services.feeds.management, context.locale
    workspace = context.workspace
    statuses = [await management.status(workspace, name)] if name else await management.statuses(workspace)
    if as_json:
        print_json({"feeds": [each.columns(locale) for each in statuses]})
    elif statuses:
        zone, width = context.services.zone, context.console.width
        context.console.print(render.feed_list(statuses, management.now(), zone, locale, width))
    else:
        context.say(t(locale, "There are no feeds; name some in the settings (feeds)."))
