"""`dayori feeds poll`: polls what is due, also beside a bot that serves, and tells one line a feed."""

from __future__ import annotations

from bot.cli.context import CommandContext, progress_bar
from bot.domain.errors import NotFoundError
from bot.i18n import msg, t
from bot.platforms.console import feed_polls as render
from bot.platforms.console.output import print_json
from bot.services.feeds.configured_feeds import ConfiguredFeeds
from bot.services.workspaces import DEFAULT


async def follow_settings(context: CommandContext) -> None:
    """Apply the feeds of the settings, which belong to the default workspace, whichever the command is for."""
    app, workspaces = context.app, context.services.workspaces
    await ConfiguredFeeds(app.database, app.clock).follow(await workspaces.named(DEFAULT), app.config.feeds)


async def poll_due(context: CommandContext, name: str | None, *, as_json: bool) -> None:
    """Poll the feeds that are due, or one of them if it is. Raises NotFoundError for a name that no feed has."""
    await follow_settings(context)
    polling = context.services.feeds.polling
    feed = await polling.named(context.workspace, name) if name else None
    if name and feed is None:
        raise NotFoundError(msg('There is no feed "{name}".', name=name))
    with progress_bar(t(context.locale, "Polling feeds")) as progress:
        report = await polling.poll_due(address_id=feed.address_id if feed else None, progress=progress)
        await context.services.scoring.update()
    results = [each for each in await polling.results(context.workspace, report) if feed in (None, each.status.feed)]
    if as_json:
        print_json({"feeds": [each.columns(context.locale) for each in results]})
    else:
        context.console.print(render.results(results, context.app.clock(), context.services.zone, context.locale))
