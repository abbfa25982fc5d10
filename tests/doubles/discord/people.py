"""The users' actions: slash commands, typing, clicks, selects, forms and context menus."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from . import payloads
from .application_commands import CHAT, MESSAGE, USER, Commands, descend, is_offered, may_use
from .components import BUTTON, SELECTS, find_control, labels
from .errors import Json, NotAnsweredError, UserError
from .forms import fill_form, pick
from .gateway import Gateway
from .interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT, Choices, Interaction, Modal, Reply
from .models import Member, Message, User
from .options import Filled
from .permissions import Permission
from .places import Channel
from .routing import Upload
from .world import World

Someone = Member | User
_LINK = 5


class People:
    """Let users use the bot; each call waits for the bot's first answer."""

    world: World
    gateway: Gateway
    commands: Commands
    attachment_size_limit: int = 10 * 1024 * 1024
    interaction_window: float

    def __init__(self) -> None:
        self.interactions: dict[str, Interaction] = {}

    def keep_file(self, upload: Upload) -> Json:
        """Store a file and describe it as an attachment."""
        raise NotImplementedError

    async def slash(
        self, user: Someone, channel: Channel, command: str, /, *, locale: str = "", **arguments: Any
    ) -> Reply:
        """Send a slash command ("paper", or "digest subscribe"); the options are given by name."""
        top, node, nesting = self._command(user, channel, command)
        filled = Filled(top, _membership(user, channel))
        options = _nested(nesting, filled.fill(node, arguments))
        self._upload(filled)
        return await self._ask(COMMAND, command, user, channel, _command_part(top, options, filled), locale=locale)

    async def autocomplete(
        self,
        user: Someone,
        channel: Channel,
        command: str,
        option: str,
        typed: str,
        /,
        *,
        locale: str = "",
        **arguments: Any,
    ) -> Choices:
        """Type into an option of a slash command and see what the bot suggests."""
        top, node, nesting = self._command(user, channel, command)
        declared = {one["name"]: one for one in node.get("options") or []}
        if not declared.get(option, {}).get("autocomplete"):
            raise UserError(f"/{command} suggests nothing for {option!r}")
        filled = Filled(top, _membership(user, channel))
        focused = {"name": option, "type": declared[option]["type"], "value": typed, "focused": True}
        options = _nested(nesting, [*filled.fill(node, arguments, complete=False), focused])
        part = _command_part(top, options, filled)
        reply = await self._ask(AUTOCOMPLETE, command, user, channel, part, locale=locale)
        return Choices(reply.choices, reply.elapsed)

    async def click(self, user: Someone, message: Message | Reply, button: str, /, *, locale: str = "") -> Reply:
        """Press a button, by custom_id or label."""
        target = _shown_to(user, message)
        control = find_control(target.components, button, (BUTTON,))
        if control is None:
            raise UserError(f"there is no button {button!r}; there are {labels(target.components)}")
        if control.get("disabled") or control.get("style") == _LINK:
            raise UserError(f"the button {button!r} is disabled or a link")
        return await self._use(user, target, control, {}, locale)

    async def select(
        self, user: Someone, message: Message | Reply, select: str, values: Iterable[Any], /, *, locale: str = ""
    ) -> Reply:
        """Choose in a select (by custom_id or placeholder), by value or label."""
        target = _shown_to(user, message)
        control = find_control(target.components, select, SELECTS)
        if control is None or control.get("disabled"):
            raise UserError(f"there is no select {select!r}; there are {labels(target.components)}")
        named = Filled({}, _membership(user, target.channel))
        picked = pick(control, list(values), named)
        resolved = {"resolved": named.resolved} if named.resolved else {}
        return await self._use(user, target, control, {"values": picked} | resolved, locale)

    async def submit(
        self, user: Someone, modal: Modal | None, options: Mapping[str, Any], /, *, locale: str = ""
    ) -> Reply:
        """Send a form that the bot opened, by custom_id or label of its fields."""
        if modal is None:
            raise UserError("no form was opened")
        named = Filled({}, _membership(user, modal.source.channel))
        components = fill_form(modal, options, named)
        part: Json = {"custom_id": modal.custom_id, "components": components, "resolved": named.resolved}
        source = modal.source
        return await self._ask(SUBMIT, modal.title, user, source.channel, part, locale=locale, message=source.source)

    async def context_menu(self, user: Someone, target: Message | Member, name: str, /, *, locale: str = "") -> Reply:
        """Use an entry of the menu behind a message or a member."""
        on_message = isinstance(target, Message)
        channel = target.channel if isinstance(target, Message) else target.guild.channel("general")
        command = self._visible(user, channel, name, MESSAGE if on_message else USER)
        named = Filled(command, _membership(user, channel))
        if isinstance(target, Message):
            named.resolved["messages"] = {str(target.id): payloads.message(target)}
        else:
            named.name_member(target)
        part = _command_part(command, [], named) | {"target_id": str(target.id)}
        return await self._ask(COMMAND, name, user, channel, part, locale=locale)

    async def forge(
        self,
        user: Someone,
        channel: Channel,
        kind: int,
        part: Json,
        /,
        *,
        message: Message | None = None,
        locale: str = "",
    ) -> Reply:
        """Send an interaction that no client of Discord's own would send."""
        return await self._ask(kind, "forged", user, channel, part, locale=locale, message=message)

    def _visible(self, user: Someone, channel: Channel, name: str, kind: int) -> Json:
        command = self.commands.find(name, kind, channel.guild)
        if command is None:
            synced = [one["name"] for scope in self.commands.by_scope.values() for one in scope]
            raise UserError(f"the command {name!r} is not synced here; there are {synced}")
        if not is_offered(command, channel.guild, _account(user)):
            raise UserError(f"the command {name!r} is not offered here")
        if not may_use(command, _membership(user, channel)):
            raise UserError(f"{user.name} does not see the command {name!r}")
        if not channel.may(_account(user), Permission.USE_APPLICATION_COMMANDS | Permission.VIEW_CHANNEL):
            raise UserError(f"{user.name} may not use commands in {channel.name!r}")
        return command

    def _command(self, user: Someone, channel: Channel, name: str) -> tuple[Json, Json, list[Json]]:
        first, *others = name.split()
        top = self._visible(user, channel, first, CHAT)
        nesting: list[Json] = []
        for depth in range(1, len(others) + 1):
            step = descend(top, others[:depth])
            if step is None:
                raise UserError(f"/{first} has no subcommand {' '.join(others)!r}")
            nesting.append(step)
        node = nesting[-1] if nesting else top
        if any(option["type"] in (1, 2) for option in node.get("options") or []):
            raise UserError(f"/{name} needs one of its subcommands")
        return top, node, nesting

    def _upload(self, filled: Filled) -> None:
        for key, upload in filled.uploads:
            filled.resolved.setdefault("attachments", {})[key] = self.keep_file(upload) | {"id": key}

    async def _use(self, user: Someone, message: Message, control: Json, extra: Json, locale: str) -> Reply:
        part: Json = {"custom_id": control["custom_id"], "component_type": control["type"], "id": control["id"]}
        name = control.get("label") or control["custom_id"]
        return await self._ask(COMPONENT, name, user, message.channel, part | extra, locale=locale, message=message)

    async def _ask(
        self,
        kind: int,
        name: str,
        user: Someone,
        channel: Channel,
        part: Json,
        *,
        locale: str,
        message: Message | None = None,
    ) -> Reply:
        account = _account(user)
        interaction = Interaction(
            self.world.new_id(), kind, name, account, _membership(user, channel), channel, message
        )
        self.interactions[interaction.token] = interaction
        payload = self._payload(interaction, part, locale or account.locale)
        joined = channel.guild if channel.guild and channel.guild.joined else None
        self.gateway.emit("INTERACTION_CREATE", payload, joined)
        try:
            async with asyncio.timeout(self.interaction_window):
                return await asyncio.shield(interaction.first)
        except TimeoutError:
            why = "" if self.gateway.connected else " (no bot is connected)"
            late = f"the application did not respond to {name!r} in {self.interaction_window} s{why}"
            raise NotAnsweredError(late) from None

    def _payload(self, interaction: Interaction, part: Json, locale: str) -> Json:
        channel, guild = interaction.channel, interaction.channel.guild
        described = payloads.channel(channel) | {"permissions": str(channel.permissions(interaction.user))}
        payload: Json = {
            "id": str(interaction.id),
            "application_id": str(self.world.application_id),
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": part,
            "channel_id": str(channel.id),
            "channel": described,
            "locale": locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": self.attachment_size_limit,
            "app_permissions": str(channel.permissions(self.world.bot)),
            "authorizing_integration_owners": _owners(interaction),
            "context": 0 if guild else 1,
        }
        if interaction.source is not None:
            payload["message"] = payloads.message(interaction.source)
        if guild is None or interaction.member is None:
            return payload | {"user": payloads.user(interaction.user)}
        member = payloads.member(interaction.member)
        member["permissions"] = str(channel.permissions(interaction.user))
        partial = {"id": str(guild.id), "locale": guild.locale, "features": []}
        return payload | {"member": member, "guild_id": str(guild.id), "guild_locale": guild.locale, "guild": partial}


def _owners(interaction: Interaction) -> dict[str, str]:
    """Return who let the application in: the server (0 in a direct channel), and the user who installed it."""
    guild = interaction.channel.guild
    if interaction.source and interaction.source.interaction:
        owners: dict[str, str] = interaction.source.interaction["authorizing_integration_owners"]
        return owners
    by_server = {"0": str(guild.id if guild else 0)} if guild is None or guild.joined else {}
    return by_server | ({"1": str(interaction.user.id)} if interaction.user.installed else {})


def _account(user: Someone) -> User:
    return user.user if isinstance(user, Member) else user


def _membership(user: Someone, channel: Channel) -> Member | None:
    account = _account(user)
    if channel.guild is None:
        if channel.recipient is not account:
            raise UserError(f"{account.name} is not in this direct channel")
        return None
    member = channel.guild.members.get(account.id)
    if member is None:
        raise UserError(f"{account.name} is not in the server {channel.guild.name!r}")
    return member


def _shown_to(user: Someone, message: Message | Reply) -> Message:
    target = message.message if isinstance(message, Reply) else message
    if target is None or target.deleted:
        raise UserError("there is no such message any more")
    if target.ephemeral and target.seen_by is not _account(user):
        raise UserError(f"only {target.seen_by.name if target.seen_by else 'nobody'} sees this message")
    return target


def _command_part(command: Json, options: list[Json], filled: Filled) -> Json:
    part: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if "guild_id" in command:
        part["guild_id"] = command["guild_id"]
    if options:
        part["options"] = options
    return part | ({"resolved": filled.resolved} if filled.resolved else {})


def _nested(nesting: list[Json], options: list[Json]) -> list[Json]:
    for step in reversed(nesting):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    return options
