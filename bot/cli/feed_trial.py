"""`dayori feeds test`: tries a feed of that name, or an address."""

from __future__ import annotations

from typing import Any

from bot.cli.context import CommandContext
from bot.domain.errors import NotFoundError
from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_filter import FeedFilter
from bot.domain.identifiers import web_address
from bot.domain.metadata import json_of
from bot.i18n import msg
from bot.platforms.console import feed_trial as render
from bot.platforms.console.output import print_json
from bot.services.feeds.trial import FeedTrial

_EXAMPLES = 3


async def try_feed(context: CommandContext, feed: str, filter: FeedFilter, *, as_json: bool) -> None:
    """Poll a feed once and show what its filter does, each list of it replaced where one is given.

    Raises NotFoundError, SourceError and InputError.
    """
    name, url, own = await _named(context, feed)
    filter = FeedFilter(
        include=filter.include or own.include,
        exclude=filter.exclude or own.exclude,
        authors=filter.authors or own.authors,
        tags=filter.tags or own.tags,
    )
    trial = await context.services.feeds.trials.run(context.workspace, url, filter)
    if as_json:
        print_json({"name": name, "url": url, **_columns_of(trial)})
    else:
        context.console.print(render.trial(trial, url, context.locale, context.console.width))


async def _named(context: CommandContext, feed: str) -> tuple[str | None, str, FeedFilter]:
    """Return the name, address and filter of a feed that is polled, of the settings, or of an address.

    Raises NotFoundError.
    """
    polled, settings = await context.services.feeds.management.all(context.workspace), context.app.config.feeds
    for known in polled:
        if known.name == feed:
            return known.name, known.url, known.filter
    for each in settings:
        if each.name == feed:
            return each.name, each.url, FeedFilter(each.include, each.exclude, each.authors, each.tags)
    if url := web_address(feed):
        return None, url, FeedFilter()
    if names := ", ".join(sorted({*(each.name for each in polled), *(each.name for each in settings)})):
        raise NotFoundError(
            msg('"{feed}" is no address and no feed\'s name; there are: {names}', feed=feed, names=names)
        )
    raise NotFoundError(
        msg('"{feed}" is no address, and there are no feeds yet; give an address with https://', feed=feed)
    )


def _columns_of(trial: FeedTrial) -> dict[str, Any]:
    document = trial.document
    return {
        "feed": {
            "title": document.title,
            "kind": document.kind,
            "ttl": document.ttl,
            "skip_days": list(document.skip_days),
            "broken": document.is_broken,
        },
        "seen": len(document.entries),
        "matched": [_entry(entry) for entry in trial.matched],
        "dropped": [
            {
                "reason": reason.kind,
                "rule": reason.rule or None,
                "count": len(entries),
                "examples": [{"guid": each.guid, "title": each.metadata.title} for each in entries[:_EXAMPLES]],
            }
            for reason, entries in trial.dropped.items()
        ],
    }


def _entry(entry: FeedEntry) -> dict[str, Any]:
    about = json_of(entry.metadata)
    return {
        "guid": entry.guid,
        **{key: about[key] for key in ("title", "authors", "date", "excerpt", "venue", "links")},
        "identifiers": dict(entry.metadata.identifiers.pairs()),
        "categories": list(entry.categories),
        "announcement": entry.announcement,
        "version": entry.version or None,
        "comment": entry.comment or None,
    }
