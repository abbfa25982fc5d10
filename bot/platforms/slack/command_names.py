"""Names of our commands for people on Slack: after the one command that reaches all of them, such as `/dayori paper`.

Every team makes its own app, in which `/paper` may be taken by another one; the settings name a command that is not.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bot.i18n import ChannelName, CommandName, Locale, Message, WebAddress
from bot.platforms.slack.mrkdwn import channel, day, escape, link


class CommandNames(NamedTuple):
    """`umbrella` is the command that reaches all others, without its slash."""

    umbrella: str

    def name(self, command: str, _locale: Locale) -> str:
        """Return how a message names a command such as `digest subscribe`."""
        return f"/{self.umbrella} {command}"

    def say(self, message: Message, locale: Locale) -> str:
        """Return a message in that language: commands named, addresses linked, texts escaped, days local."""

        def shown(value: object) -> object:
            if isinstance(value, CommandName):
                return self.name(value.name, locale)
            if isinstance(value, ChannelName):
                return channel(value.channel)
            if isinstance(value, WebAddress):
                return link(escape(value.url), value.url)
            if isinstance(value, datetime):
                return day(value)
            return escape(value) if isinstance(value, str) else value

        return message.text(locale, shown)
