"""The command that shows the collection in numbers."""

from __future__ import annotations

from typing import Any

from bot.cli.context import CommandContext, with_context
from bot.cli.lookup import Json
from bot.domain.statistics import CollectionStatistics, Count
from bot.platforms.console.output import print_json
from bot.platforms.console.render import width_of
from bot.platforms.console.statistics import statistics


@with_context
async def stats(context: CommandContext, as_json: Json = False) -> None:
    """Show the collection in numbers."""
    numbers = await context.services.statistics.of(context.workspace)
    if as_json:
        print_json(_columns(numbers))
    else:
        context.console.print(statistics(numbers, context.locale, width_of(context.console)))


def _columns(numbers: CollectionStatistics) -> dict[str, Any]:
    decisions = numbers.decisions
    return {
        "day": numbers.day.isoformat(),
        "papers": numbers.papers,
        "months": _counts(numbers.months, "month"),
        "tags": _counts(numbers.tags, "tag"),
        "venues": _counts(numbers.venues, "venue"),
        "curators": _counts(numbers.curators, "curator"),
        "inbox": {name: getattr(decisions, name) for name in ("waiting", "accepted", "rejected", "expired")},
        "lookups": {
            "weeks": _counts(numbers.lookups, "week", "lookups"),
            "platforms": _counts(numbers.platforms, "platform", "lookups"),
        },
    }


def _counts(counts: tuple[Count, ...], name: str, what: str = "papers") -> list[dict[str, Any]]:
    return [{name: count.name, what: count.n} for count in counts]
