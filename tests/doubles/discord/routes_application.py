"""Routes about the bot itself: who it is, its gateway, its commands, its direct messages."""

from __future__ import annotations

from . import payloads
from .errors import ApiError, Json, unknown
from .routing import Answer, Call, route


@route("GET", "/users/@me")
def me(call: Call) -> Answer:
    """Return who the bot is."""
    bot = payloads.user(call.server.world.bot)
    return 200, bot | {"verified": True, "mfa_enabled": True, "locale": "ja", "email": None}


@route("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> Answer:
    """List the servers that the bot is in."""
    return 200, [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(guild.bot.guild_permissions),
            "features": [],
        }
        for guild in call.server.world.member_guilds()
    ]


@route("DELETE", "/users/@me/guilds/{guild_id}")
def leave(call: Call) -> Answer:
    """Let the bot leave a server."""
    call.guild().kick()
    return 204, None


@route("POST", "/users/@me/channels")
def open_direct(call: Call) -> Answer:
    """Open the direct channel with a user."""
    user = call.server.world.users.get(int(call.body.get("recipient_id", 0)))
    if user is None or user.bot:
        raise ApiError(400, 50033, "Invalid Recipient(s)")
    return 200, payloads.channel(call.server.world.direct_channel(user))


@route("GET", "/users/{user_id}")
def user(call: Call) -> Answer:
    """Show a user."""
    person = call.server.world.users.get(call.id("user_id"))
    if person is None:
        raise unknown("User", 10013)
    return 200, payloads.user(person)


@route("GET", "/applications/@me")
@route("GET", "/oauth2/applications/@me")
def application(call: Call) -> Answer:
    """Show the application."""
    world = call.server.world
    empty = dict.fromkeys(["icon", "role_connections_verification_url", "team", "type", "cover_image"])
    return 200, empty | {
        "id": str(world.application_id),
        "interactions_endpoint_url": call.server.interactions_endpoint,
        "name": world.bot.name,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "redirect_uris": [],
        "owner": payloads.user(world.owner),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
    }


@route("GET", "/gateway")
def gateway(call: Call) -> Answer:
    """Return the gateway's address."""
    return 200, {"url": call.server.gateway.url}


@route("GET", "/gateway/bot")
def gateway_bot(call: Call) -> Answer:
    """Return the gateway's address and how many shards the bot should open."""
    left = 1000 - call.server.gateway.identifies if call.server.sessions_left is None else call.server.sessions_left
    start: Json = {"total": 1000, "remaining": left, "reset_after": 86_400_000}
    start["max_concurrency"] = call.server.max_concurrency
    url, shards = call.server.gateway.url, call.server.gateway.shards
    return 200, {"url": url, "shards": shards, "session_start_limit": start}


def _scope(call: Call) -> int | None:
    if call.id("application_id") != call.server.world.application_id:
        raise unknown("Application", 10002)
    if "guild_id" not in call.ids:
        return None
    guild = call.server.world.guilds.get(call.id("guild_id"))
    if guild is None or not guild.joined:
        raise ApiError(403, 50001, "Missing Access")
    return guild.id


@route("GET", "/applications/{application_id}/commands")
@route("GET", "/applications/{application_id}/guilds/{guild_id}/commands")
def commands(call: Call) -> Answer:
    """List the commands of a scope."""
    return 200, call.server.commands.scope(_scope(call))


@route("PUT", "/applications/{application_id}/commands")
@route("PUT", "/applications/{application_id}/guilds/{guild_id}/commands")
def overwrite_commands(call: Call) -> Answer:
    """Replace the commands of a scope: what a sync does."""
    return 200, call.server.commands.overwrite(_scope(call), list(call.body))


@route("POST", "/applications/{application_id}/commands")
@route("POST", "/applications/{application_id}/guilds/{guild_id}/commands")
def create_command(call: Call) -> Answer:
    """Add or replace one command."""
    return 201, call.server.commands.upsert(_scope(call), call.body)


def _command(call: Call) -> tuple[int | None, Json]:
    scope = _scope(call)
    command = call.server.commands.by_id(scope, call.id("command_id"))
    if command is None:
        raise unknown("application command", 10063)
    return scope, command


@route("GET", "/applications/{application_id}/commands/{command_id}")
@route("GET", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
def command(call: Call) -> Answer:
    """Show one command."""
    return 200, _command(call)[1]


@route("PATCH", "/applications/{application_id}/commands/{command_id}")
@route("PATCH", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
def edit_command(call: Call) -> Answer:
    """Change one command."""
    scope, command = _command(call)
    command |= call.body
    return 200, call.server.commands.upsert(scope, command)


@route("DELETE", "/applications/{application_id}/commands/{command_id}")
@route("DELETE", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
def delete_command(call: Call) -> Answer:
    """Remove one command."""
    scope, command = _command(call)
    call.server.commands.scope(scope).remove(command)
    return 204, None
