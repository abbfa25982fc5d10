"""Mentions of our commands: clickable when their ids are known, otherwise the name in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.i18n import ChannelName, CommandName, Locale, Message
from bot.platforms.discord.markdown import escape

NOTE = "names of the commands"
_SUBCOMMAND = 1


@dataclass(slots=True)
class CommandNames:
    """The ids that Discord gave our commands, and their Japanese names; both are empty until they are learned."""

    application: int | None = None
    ids: dict[str, int] = field(default_factory=dict)
    japanese: dict[str, str] = field(default_factory=dict)

    def learn(self, application: int, ids: Mapping[str, int], payloads: Iterable[Mapping[str, Any]]) -> None:
        """Take the names from the command payloads sent to Discord."""
        self.application, self.ids, self.japanese = application, dict(ids), {}
        for payload in payloads:
            name, local = payload["name"], _local(payload)
            self.japanese[name] = local
            for option in payload.get("options", ()):
                if option["type"] == _SUBCOMMAND:
                    self.japanese[f"{name} {option['name']}"] = f"{local} {_local(option)}"

    def note(self) -> str:
        """Return all names as a text, for a process that posts without asking Discord."""
        return json.dumps([self.application, self.ids, self.japanese], ensure_ascii=False)

    def recall(self, note: str | None) -> None:
        """Restore the names from their text."""
        if note:
            self.application, self.ids, self.japanese = json.loads(note)

    def name(self, command: str, locale: Locale) -> str:
        """Return how a message mentions a command such as `digest subscribe`."""
        if id := self.ids.get(command.partition(" ")[0]):
            return f"</{command}:{id}>"
        return "/" + (self.japanese.get(command, command) if locale == "ja" else command)

    def say(self, message: Message, locale: Locale) -> str:
        """Return a message in that language: commands and channels mentioned, texts escaped, days in local time."""

        def shown(value: object) -> object:
            if isinstance(value, CommandName):
                return self.name(value.name, locale)
            if isinstance(value, ChannelName):
                return f"<#{value.channel.rpartition('/')[2]}>"
            if isinstance(value, datetime):
                return f"<t:{int(value.timestamp())}:D>"
            return escape(value) if isinstance(value, str) else value

        return message.text(locale, shown)


def _local(payload: Mapping[str, Any]) -> str:
    name: str = (payload.get("name_localizations") or {}).get("ja") or payload["name"]
    return name
