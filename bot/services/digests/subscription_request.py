"""A request for a subscription."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from bot.domain.digest import Subscription
from bot.domain.errors import NotFoundError
from bot.domain.schedule import parse_schedule
from bot.domain.text import clip
from bot.i18n import Locale, msg
from bot.store import subscriptions
from bot.store.connection import StoreConnection


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """A subscription as the settings file or a command requests it."""

    name: str
    channel: str
    schedule: str
    tags: tuple[str, ...]
    locale: Locale

    def columns(self) -> dict[str, str | list[str]]:
        """Return it as table columns. Raises ScheduleError."""
        schedule = parse_schedule(self.schedule).text
        return {
            "name": self.name,
            "channel": self.channel,
            "schedule": schedule,
            "tags": list(self.tags),
            "locale": self.locale,
        }

    async def columns_from(
        self, connection: StoreConnection, workspace_id: int, now: datetime, zone: ZoneInfo
    ) -> dict[str, str | list[str]]:
        """Return it as table columns; an "every N weeks" schedule gets the week from which it counts."""
        before = await subscriptions.by_name(connection, workspace_id, self.name)
        schedule = parse_schedule(self.schedule)
        starting = schedule.starting(now, zone, before.schedule if before else None)
        return {**self.columns(), "schedule": starting.text}


def unknown_subscription(name: str, every: Sequence[Subscription]) -> NotFoundError:
    """Return the error for a name that no subscription has; `every` are those that there are."""
    if not every:
        return NotFoundError(msg('No channel is subscribed as "{name}".', name=name[:80]))
    named = msg('No channel is subscribed as "{name}"; there are: {names}', name=name[:80], names=names_of(every))
    return NotFoundError(named)


def names_of(every: Sequence[Subscription]) -> str:
    """Return the names of subscriptions, as many as a message has room for."""
    return clip(", ".join(each.name for each in every), 1000)


def free_name(name: str, names: Collection[str]) -> str:
    """Return a free subscription name: the wanted one, or that with a number."""
    return next(free for n in count(1) if (free := name if n == 1 else f"{name}-{n}") not in names)
