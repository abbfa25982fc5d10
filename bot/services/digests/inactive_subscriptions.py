"""Finds the subscriptions that get no edition at the moment, so that a start says so."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.digest import Subscription
from bot.i18n import CommandName, Message, msg
from bot.services.check import Check
from bot.services.servers import Servers
from bot.store import subscriptions
from bot.store.database import Database

_MOST = 20  # that are named


async def inactive_subscriptions(database: Database, servers: Servers) -> list[tuple[str, Message]]:
    """Return the names of subscriptions that are paused or whose server is not served, with the reason."""
    served = await servers.served()
    async with database.read() as connection:
        every = await subscriptions.active(connection)
    found = [
        (each.name, each.paused_reason or _NOT_SERVED)
        for each in every
        if each.paused_reason or not served.has(each.channel)
    ]
    return found[:_MOST]


_NOT_SERVED = msg("The server is not served; dayori servers lists it.")


def paused_checks(subscriptions: Sequence[Subscription]) -> list[Check]:
    """Return a warning for each subscription that is paused."""
    return [
        Check(
            f"subscription {each.name}",
            "warning",
            msg("{name} is paused: {reason}", name=each.name, reason=each.paused_reason),
            msg(
                "Solve the problem; the bot tries again once a day and then goes on, or at once with {command}.",
                command=CommandName("digest subscribe"),
            ),
        )
        for each in subscriptions
        if each.paused_reason
    ]
