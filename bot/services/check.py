"""What a check of the installation found, and the one thing to do about it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from bot.i18n import Locale, Message


class Check(NamedTuple):
    """The result of one check: a fault stops the bot from working, a warning needs attention some time."""

    name: str
    level: Literal["ok", "warning", "fault"]
    message: Message
    remedy: Message | None = None

    def columns(self, locale: Locale) -> dict[str, str | None]:
        """Return the check as JSON values."""
        remedy = self.remedy.text(locale) if self.remedy else None
        return {"check": self.name, "level": self.level, "message": self.message.text(locale), "remedy": remedy}
