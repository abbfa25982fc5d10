"""Checks that a command has the declared options: discord.py passes on whatever was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from discord import AppCommandOptionType as Kind
from discord import InteractionType, app_commands

from bot.platforms.discord.context import Interaction

_GROUPS = (Kind.subcommand.value, Kind.subcommand_group.value)
_VALUES: Mapping[int, type | tuple[type, ...]] = {
    Kind.integer.value: int,
    Kind.boolean.value: bool,
    Kind.number.value: (int, float),
}  # all others are strings, including ids of users, roles and channels


def require_declared(interaction: Interaction) -> None:
    """Refuse options that the command does not declare or of another type. Raises CommandSignatureMismatch."""
    command = interaction.command
    if interaction.type is not InteractionType.application_command or not isinstance(command, app_commands.Command):
        return
    declared = {parameter.display_name: parameter.type.value for parameter in command.parameters}
    payload: Any = interaction.data or {}
    if not all(_fits(option, declared) for option in _leaves(payload.get("options") or ())):
        raise app_commands.CommandSignatureMismatch(command)


def _leaves(options: Sequence[Any]) -> Sequence[Any]:
    while len(options) == 1 and options[0].get("type") in _GROUPS:
        options = options[0].get("options") or ()
    return options


def _fits(option: Mapping[str, Any], declared: Mapping[str, int]) -> bool:
    kind = declared.get(option.get("name", ""))
    return kind is not None and kind == option.get("type") and isinstance(option.get("value"), _VALUES.get(kind, str))
