"""How the feeds of a workspace are, as the health check tells it, offline: a line for each that needs somebody."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.feed_address import Status
from bot.domain.feed_state import status_of
from bot.i18n import CommandName, Message, msg
from bot.services.check import Check
from bot.store import feed_addresses, feeds
from bot.store.connection import StoreConnection

_MOST = 20  # lines


async def feed_checks(connection: StoreConnection, workspace_id: int, now: datetime) -> list[Check]:
    """Return a warning for each feed that is failing, stale or stopped, and how many others are well."""
    every = await feeds.all_of(connection, workspace_id)
    if not every:
        return []
    addresses = await feed_addresses.of_ids(connection, {feed.address_id for feed in every})
    warnings = list[Check]()
    for feed in every:
        status = status_of(feed, addresses[feed.address_id], now)
        if problem := _problem(feed.name, status):
            warnings.append(Check(f"feed {feed.name}", "warning", *problem))
    well = msg("Feeds: {n}, of which {well} are well", n=len(every), well=len(every) - len(warnings))
    return [Check("feeds", "ok", well), *warnings[:_MOST]]


def _problem(name: str, status: Status) -> tuple[Message, Message] | None:
    """Return what is wrong with a feed, and the one thing to do."""
    time, reason = f"{status.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC", status.reason
    match status.state:
        case "failing":
            message = msg(
                "The feed {name} has been failing since {time}: {reason}", name=name, time=time, reason=reason
            )
            return message, msg("The bot tries again by itself; if it stays so, look up the feed's new address.")
        case "stale":
            message = msg("The feed {name} is stale since {time}: {reason}", name=name, time=time, reason=reason)
            return message, msg("Look whether it goes on elsewhere: dayori feeds test {name}", name=name)
        case "stopped":
            message = msg("The feed {name} was stopped at {time}: {reason}", name=name, time=time, reason=reason)
            return message, msg(
                "Remove it with {command}, or give its new address.", command=CommandName("feed remove")
            )
        case _:
            return None
