"""Checks that a command has the declared options: discord.py passes on whatever was sent, or fails to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import AppCommandOptionType as Kind
from discord import InteractionType, app_commands

from bot.domain.errors import InputError
from bot.i18n import msg
from bot.platforms.discord.context import Interaction

MALFORMED = msg("Discord sent this command in a form that this bot does not know; try it once more.")
_GROUPS = (Kind.subcommand.value, Kind.subcommand_group.value)
_VALUES: Mapping[int, type | tuple[type, ...]] = {
    Kind.integer.value: int,
    Kind.boolean.value: bool,
    Kind.number.value: (int, float),
}  # all others are strings, including ids of users, roles and channels


def require_declared(interaction: Interaction) -> None:
    """Refuse options that a command does not declare, of another type, or incompletely sent. Raises InputError."""
    try:
        is_whole = _is_whole(interaction)
    except (AttributeError, KeyError, TypeError, ValueError):  # of discord.py, as it reads the options
        is_whole = False
    if not is_whole:
        raise InputError(MALFORMED)


def _is_whole(interaction: Interaction) -> bool:
    values, command = interaction.namespace, interaction.command
    payload: Any = interaction.data or {}
    if command is None or interaction.type is InteractionType.autocomplete:
        return command is not None
    if isinstance(command, app_commands.ContextMenu):
        return payload["target_id"] in payload["resolved"]["messages"]
    declared = {parameter.display_name: parameter.type.value for parameter in command.parameters}
    options = _leaves(payload.get("options") or ())
    # what was not sent beside its id is a bare object
    return all(_fits(each, declared) and not isinstance(values[each["name"]], discord.Object) for each in options)


def _leaves(options: Sequence[Any]) -> Sequence[Any]:
    while len(options) == 1 and options[0].get("type") in _GROUPS:
        options = options[0].get("options") or ()
    return options


def _fits(option: Mapping[str, Any], declared: Mapping[str, int]) -> bool:
    kind = declared.get(option.get("name", ""))
    return kind is not None and kind == option.get("type") and isinstance(option.get("value"), _VALUES.get(kind, str))
