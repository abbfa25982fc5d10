"""The command for feeds: polls what is due, also beside a bot that serves, lists how they are, or tries one."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.context import CommandContext, progress_bar, usage, with_context
from bot.cli.feed_trial import try_feed
from bot.domain.feed_filter import FeedFilter
from bot.i18n import phrase, t
from bot.platforms.console import feeds as render
from bot.platforms.console.output import print_json
from bot.services.feeds.configured_feeds import ConfiguredFeeds
from bot.services.workspaces import DEFAULT


@with_context
async def feeds(
    context: CommandContext,
    act: Annotated[str, typer.Argument(metavar="poll|list|test")] = "list",
    feed: Annotated[str | None, typer.Argument(metavar="URL|NAME", help=phrase("The feed's address or name."))] = None,
    include: Annotated[
        list[str] | None, typer.Option(help=phrase("At least one of these words, phrases or expressions."))
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help=phrase("None of these words, phrases or expressions."))
    ] = None,
    author: Annotated[list[str] | None, typer.Option(help=phrase("At least one of these authors."))] = None,
    tag: Annotated[list[str] | None, typer.Option(help=phrase("At least one of these categories."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=phrase("Print one JSON document and nothing else."))] = False,
) -> None:
    """Poll the feeds that are due, list how they are, or try one: show what its filter does, keeping nothing."""
    filter = FeedFilter(tuple(include or ()), tuple(exclude or ()), tuple(author or ()), tuple(tag or ()))
    with usage():
        filter.compiled()
    if act == "test" and feed is not None:
        await try_feed(context, feed, filter, as_json=as_json)
    elif act == "poll" and filter == FeedFilter():
        await _poll(context, feed, as_json=as_json)
    elif act == "list" and filter == FeedFilter():
        await _list(context, feed, as_json=as_json)
    else:
        example = "dayori feeds test https://rss.arxiv.org/rss/cs.CL"
        raise typer.BadParameter(t(context.locale, "Write it like: {example}", example=example))


async def _follow_settings(context: CommandContext) -> None:
    """Apply the feeds of the settings, which belong to the default workspace, whichever the command is for."""
    app, workspaces = context.app, context.services.workspaces
    await ConfiguredFeeds(app.database, app.clock).follow(await workspaces.named(DEFAULT), app.config.feeds)


async def _poll(context: CommandContext, name: str | None, *, as_json: bool) -> None:
    """Poll the feeds that are due, or one of them if it is. Raises NotFoundError."""
    await _follow_settings(context)
    services = context.services.feeds
    polling, feed = services.polling, await services.management.named(context.workspace, name) if name else None
    with progress_bar(t(context.locale, "Polling feeds")) as progress:
        report = await polling.poll_due(address_id=feed.address_id if feed else None, progress=progress)
        await context.services.scoring.update()
    results = [each for each in await polling.results(context.workspace, report) if feed in (None, each.status.feed)]
    if as_json:
        print_json({"feeds": [each.columns(context.locale) for each in results]})
    else:
        context.console.print(render.poll_results(results, context.app.clock(), context.services.zone, context.locale))


async def _list(context: CommandContext, name: str | None, *, as_json: bool) -> None:
    """Print the workspace's feeds, or one. Raises NotFoundError."""
    await _follow_settings(context)
    management, locale = context.services.feeds.management, context.locale
    statuses = await management.statuses(context.workspace, name)
    if as_json:
        print_json({"feeds": [each.columns(locale) for each in statuses]})
    elif statuses:
        zone, width = context.services.zone, context.console.width
        context.console.print(render.feed_list(statuses, management.now(), zone, locale, width))
    else:
        context.say(t(locale, "There are no feeds; name some in the settings (feeds)."))
