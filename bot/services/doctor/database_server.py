"""The check of a database's server: what it is, whether it takes changes, and whether it has connections left."""

from __future__ import annotations

from bot.i18n import msg
from bot.services.check import Check
from bot.store.database import DatabaseServer
from bot.store.postgresql_errors import TAKES_CHANGES

_FULL = 0.9  # share of the connections that are taken


def database_server_check(server: DatabaseServer) -> Check:
    """Return what there is to say of a server."""
    if server.is_read_only:
        message = msg("The server only lets the database be read, as a standby does.")
        return Check("server", "fault", message, TAKES_CHANGES)
    if not server.may_change:
        message = msg("The user of database_url may not change the tables.")
        return Check("server", "fault", message, msg("Grant that, or make the user the database's owner."))
    message = msg(
        "PostgreSQL {version}: the database has {size} MB, and {connections} of {most} connections are taken.",
        version=server.version,
        size=-(-server.size // 10**6),
        connections=server.connections,
        most=server.most_connections,
    )
    if server.connections < _FULL * server.most_connections:
        return Check("server", "ok", message)
    return Check("server", "warning", message, msg("Raise max_connections, or end what holds so many connections."))
