"""A request for a subscription."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.schedule import parse_schedule
from bot.i18n import Locale


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
