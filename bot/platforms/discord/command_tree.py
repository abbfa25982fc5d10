"""The commands: which there are, who may use them and how fast, and what Discord knows of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import discord
import structlog
from discord import InteractionType, app_commands

from bot.domain.errors import DayoriError
from bot.platforms.autocomplete import AutocompleteQueue
from bot.platforms.discord import error_handler, response
from bot.platforms.discord.command_names import NOTE
from bot.platforms.discord.commands.addpaper import add_from_message, addpaper
from bot.platforms.discord.commands.alias import alias
from bot.platforms.discord.commands.digest import digest
from bot.platforms.discord.commands.editpaper import editpaper, history, removepaper
from bot.platforms.discord.commands.export import export
from bot.platforms.discord.commands.feed import feed
from bot.platforms.discord.commands.help import show_help
from bot.platforms.discord.commands.inbox import inbox
from bot.platforms.discord.commands.paper import paper, papers, random
from bot.platforms.discord.commands.stats import stats
from bot.platforms.discord.commands.undo import undo
from bot.platforms.discord.context import Client, Interaction, actor_of
from bot.platforms.discord.localization import Translator
from bot.platforms.discord.options import require_declared
from bot.services.rate_limit import ADDITION_COST, COST, EXPORT_COST, FEED_COST, STATISTICS_COST, UNDO_COST

_COMMANDS: tuple[Any, ...] = (
    paper,
    papers,
    random,
    addpaper,
    add_from_message,
    editpaper,
    removepaper,
    undo,
    history,
    inbox,
    digest,
    alias,
    feed,
    export,
    stats,
    show_help,
)
_COSTS = {
    "addpaper": ADDITION_COST,
    "Add to papers": ADDITION_COST,
    "undo": UNDO_COST,
    "export": EXPORT_COST,
    "feed": FEED_COST,
    "stats": STATISTICS_COST,
}
_log = structlog.get_logger()


class Tree(app_commands.CommandTree[Client]):
    """The commands, only for servers that the bot was added to, with one access check and one error hook."""

    def __init__(self, client: Client) -> None:
        self.completions = AutocompleteQueue()
        super().__init__(
            client,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        )
        for command in _COMMANDS:
            self.add_command(command)

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Check who uses a command, how fast, and with which options; a refused completion gets an empty list."""
        is_completion = interaction.type is InteractionType.autocomplete
        if is_completion and not await self.completions.turn(str(interaction.user.id)):
            return False  # Discord shows only the answer to the newest
        response.begin(interaction)
        try:
            actor = await actor_of(interaction)
            require_declared(interaction)
            if not is_completion:
                actor.spend(_COSTS.get(_name_of(interaction), COST))
        except DayoriError as error:
            if is_completion:
                with suppress(discord.HTTPException):  # too late, or another process has answered
                    await interaction.response.autocomplete([])
            else:
                await error_handler.respond(interaction, error)
            return False
        return True

    async def on_error(self, interaction: Any, error: app_commands.AppCommandError, /) -> None:
        """Report an error to the person who asked."""
        await error_handler.respond(interaction, error)

    async def sync_changed(self) -> None:
        """Sync the commands with Discord if they changed, once for all processes, and learn their ids."""
        client, translator = self.client, Translator()
        await self.set_translator(translator)
        payloads = [await command.get_translated_payload(self, translator) for command in self.get_commands()]
        fingerprint = hashlib.blake2b(json.dumps(payloads, sort_keys=True).encode(), digest_size=16).hexdigest()
        key = f"commands of {client.application_id}"
        if await client.services.state.read(key) != fingerprint:
            async with client.services.job_leases.alone(key):
                await self._sync_once(key, fingerprint, payloads)
        if client.names.application != client.application_id:
            client.names.recall(await client.services.state.read(NOTE))  # another process may have synced
        if client.names.application != client.application_id:
            with suppress(discord.HTTPException):  # then messages name commands without ids until the next start
                await self._learn_names(await self.fetch_commands(), payloads)

    async def _sync_once(self, key: str, fingerprint: str, payloads: Sequence[dict[str, Any]]) -> None:
        state = self.client.services.state
        if await state.read(key) == fingerprint:
            self.client.names.recall(await state.read(NOTE))
            return
        await self._learn_names(await self.sync(), payloads)
        await state.write(key, fingerprint)
        _log.info("commands synced", commands=len(payloads))

    async def _learn_names(
        self, commands: Sequence[app_commands.AppCommand], payloads: Sequence[dict[str, Any]]
    ) -> None:
        client = self.client
        slash = {command.name: command.id for command in commands if command.type is discord.AppCommandType.chat_input}
        client.names.learn(client.application_id or 0, slash, payloads)
        await client.services.state.write(NOTE, client.names.note())


def _name_of(interaction: Interaction) -> str:
    return str(dict(interaction.data or {}).get("name"))
