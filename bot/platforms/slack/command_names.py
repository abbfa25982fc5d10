"""Names of our commands for people on Slack."""

from __future__ import annotations

from bot.i18n import Locale

_NAMES = {"addpaper": "dayori add"}  # in the operator's terminal: Slack has no commands of ours


def command_name(command: str, _locale: Locale) -> str:
    """Return how to reach one of our commands; empty if there is none."""
    return _NAMES.get(command, "")
