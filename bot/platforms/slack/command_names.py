"""What our commands are called where Slack's readers are told of them."""

from __future__ import annotations

from bot.i18n import Locale

_NAMES = {"addpaper": "dayori add"}  # at the operator's terminal: Slack has no commands of ours


def command_name(command: str, _locale: Locale) -> str:
    """Return how to reach one of our commands; nothing where there is no way but to wait."""
    return _NAMES.get(command, "")
