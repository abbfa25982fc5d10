"""The application's commands: synced globally or per server, checked, and found again by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from .errors import Json, Place, Problems
from .models import Member, User
from .permissions import EVERYTHING
from .places import Guild
from .world import World

CHAT, USER, MESSAGE = 1, 2, 3
_SUBCOMMANDS = (1, 2)
_NULLABLE = "default_member_permissions"
_ALLOWED = {CHAT: 100, USER: 15, MESSAGE: 15}
_NAME = re.compile(r"[-_'\w]{1,32}\Z")
_PATH = re.compile(r"/applications/\d+(/guilds/\d+)?/commands")


class Commands:
    """Keep the commands of the application and of each server."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_scope: dict[int | None, list[Json]] = {}
        self.created = 0

    def scope(self, guild_id: int | None) -> list[Json]:
        """Return the commands of one server, or the global ones for None."""
        return self.by_scope.setdefault(guild_id, [])

    def overwrite(self, guild_id: int | None, bodies: list[Json]) -> list[Json]:
        """Replace all commands of a scope; one that keeps its name and type keeps its id."""
        before = {_key(command): command for command in self.scope(guild_id)}
        self.by_scope[guild_id] = [self._entered(guild_id, body, before.get(_key(body))) for body in bodies]
        return self.by_scope[guild_id]

    def upsert(self, guild_id: int | None, body: Json) -> Json:
        """Add or replace one command."""
        others = [command for command in self.scope(guild_id) if _key(command) != _key(body)]
        before = next((command for command in self.scope(guild_id) if _key(command) == _key(body)), None)
        command = self._entered(guild_id, body, before)
        self.by_scope[guild_id] = [*others, command]
        return command

    def by_id(self, guild_id: int | None, command_id: int) -> Json | None:
        """Return a command by its id."""
        return next((one for one in self.scope(guild_id) if one["id"] == str(command_id)), None)

    def find(self, name: str, kind: int, guild: Guild | None) -> Json | None:
        """Return the command that a user sees under a name; a server's own hides a global one."""
        scopes = [None] if guild is None else [guild.id, None]
        for scope in scopes:
            for command in self.scope(scope):
                localized = (command.get("name_localizations") or {}).values()
                if command["type"] == kind and (command["name"] == name or name in localized):
                    return command
        return None

    def _entered(self, guild_id: int | None, body: Json, before: Json | None) -> Json:
        if before is None:
            self.created += 1
        needed = body.get("default_member_permissions")
        command: Json = {"type": CHAT, "description": "", "nsfw": False} | body
        command |= {
            "id": before["id"] if before else str(self.world.new_id()),
            "application_id": str(self.world.application_id),
            "version": str(self.world.new_id()),
            "default_member_permissions": None if needed is None else str(needed),
        }
        if guild_id is not None:
            command["guild_id"] = str(guild_id)
        return {key: value for key, value in command.items() if value not in (None, []) or key == _NULLABLE}


def may_use(command: Json, member: Member | None) -> bool:
    """Return whether a member sees a command, by its default permissions and the server's settings."""
    needed = command.get("default_member_permissions")
    if member is None or needed is None or command["name"] in member.guild.open_commands:
        return True
    permissions = member.guild_permissions
    # Zero means: administrators only.
    return permissions == EVERYTHING if int(needed) == 0 else permissions & int(needed) == int(needed)


def is_offered(command: Json, guild: Guild | None, user: User) -> bool:
    """Return whether a command was registered for such a place and for those who authorised the application there."""
    installs, contexts = command.get("integration_types", [0]), command.get("contexts")
    by_server, by_user = guild is None or guild.joined, user.installed
    let_in = (by_server and 0 in installs) or (by_user and 1 in installs)
    return let_in and (contexts is None or (0 if guild else 1) in contexts)


def descend(command: Json, names: Iterable[str]) -> Json | None:
    """Follow subcommand names down from a command."""
    node: Json | None = command
    for name in names:
        options = (node or {}).get("options") or []
        node = next((one for one in options if one["type"] in _SUBCOMMANDS and one["name"] == name), None)
    return node


def command_problems(method: str, path: str, body: Any) -> Problems:
    """Check commands that are being synced against Discord's limits."""
    problems = Problems()
    if method == "PUT" and _PATH.fullmatch(path) and isinstance(body, list):
        for index, command in enumerate(body):
            _check_command(command, problems, (index,))
        for key, times in Counter(map(_key, body)).items():
            if times > 1:
                problems.add(
                    (), "APPLICATION_COMMANDS_DUPLICATE_NAME", f"Application command names must be unique: {key}"
                )
        for kind, most in _ALLOWED.items():
            if sum(_key(command)[1] == kind for command in body) > most:
                problems.add((), "APPLICATION_COMMANDS_TOO_MANY", f"At most {most} commands of type {kind}")
    elif method == "POST" and _PATH.fullmatch(path) and isinstance(body, dict):
        _check_command(body, problems, ())
    return problems


def _key(command: Json) -> tuple[str, int]:
    return str(command.get("name")), int(command.get("type") or CHAT)


def _check_command(command: Json, problems: Problems, at: Place) -> None:
    if _key(command)[1] == CHAT:
        _check_names(command, problems, at)
        _check_options(command.get("options") or [], problems, (*at, "options"))
        if _size(command) > 8000:
            problems.add(at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
    else:
        problems.bad_length((*at, "name"), command.get("name"), 1, 32)
        if command.get("description"):
            problems.add((*at, "description"), "APPLICATION_COMMAND_CONTEXT_MENU", "Must be empty here")


def _check_names(node: Json, problems: Problems, at: Place) -> None:
    names = {"name": node.get("name")}
    names |= {f"name_localizations.{locale}": name for locale, name in (node.get("name_localizations") or {}).items()}
    for key, name in names.items():
        if not isinstance(name, str) or not _NAME.match(name) or name != name.lower():
            problems.add((*at, key), "APPLICATION_COMMAND_INVALID_NAME", f"Command name is invalid: {name!r}")
    problems.bad_length((*at, "description"), node.get("description"), 1, 100)
    for locale, text in (node.get("description_localizations") or {}).items():
        problems.bad_length((*at, "description_localizations", locale), text, 1, 100)


def _check_options(options: list[Json], problems: Problems, at: Place) -> None:
    problems.too_many(at, options, 25)
    optional_seen = False
    for index, option in enumerate(options):
        place = (*at, index)
        _check_names(option, problems, place)
        if option.get("type") in _SUBCOMMANDS:
            _check_options(option.get("options") or [], problems, (*place, "options"))
            continue
        if option.get("required") and optional_seen:
            problems.add(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options come first")
        optional_seen = optional_seen or not option.get("required")
        if option.get("autocomplete") and option.get("choices"):
            problems.add(
                place, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE", "Choices and autocomplete exclude each other"
            )
        for number, choice in enumerate(option.get("choices") or []):
            problems.bad_length((*place, "choices", number, "name"), choice.get("name"), 1, 100)
    names = [option.get("name") for option in options]
    if len(set(names)) < len(names):
        problems.add(at, "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", "Option names must be unique")


def _size(node: Json) -> int:
    texts = [node.get("name"), node.get("description")]
    texts += [choice.get("name") for choice in node.get("choices") or []]
    texts += [choice["value"] for choice in node.get("choices") or [] if isinstance(choice.get("value"), str)]
    return sum(len(text or "") for text in texts) + sum(map(_size, node.get("options") or []))
