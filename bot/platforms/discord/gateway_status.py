"""Reports the gateway's connection to the health check at once, and logs one line per reconnect."""

from __future__ import annotations

from time import monotonic

import structlog

from bot.domain.errors import DayoriError
from bot.services.heartbeats import Connection, Heartbeats

_LONG = 120.0  # seconds without a connection after which a warning is logged
_log = structlog.get_logger()


class GatewayStatus:
    """The connection state of one client's shards."""

    def __init__(self, heartbeats: Heartbeats) -> None:
        self._heartbeats = heartbeats
        self._ready, self._warned = False, False
        self._lost: dict[int, float] = {}

    async def ready(self, servers: int) -> None:
        """Record that all shards are connected."""
        for shard in list(self._lost):
            self._mark_connected(shard)
        if not self._ready:
            _log.info("connected to Discord", servers=servers)
        self._ready = True
        await self.heartbeat()

    async def shard_disconnected(self, shard: int) -> None:
        """Record that a shard is disconnected."""
        self._lost.setdefault(shard, monotonic())
        await self.heartbeat()

    async def shard_connected(self, shard: int) -> None:
        """Record that a shard is connected again."""
        self._mark_connected(shard)
        await self.heartbeat()

    async def heartbeat(self) -> None:
        """Report the connection to the health check, and log a warning once it has been lost for long."""
        connection: Connection = "starting" if not self._ready else "lost" if self._lost else "connected"
        away = max((monotonic() - since for since in self._lost.values()), default=0.0)
        if away > _LONG and not self._warned:
            self._warned = True
            _log.warning("not connected to Discord, trying again", seconds=round(away))
        try:
            await self._heartbeats.beat("discord", connection)
        except DayoriError as error:
            _log.warning("the health check was not told", connection=connection, reason=str(error))

    def _mark_connected(self, shard: int) -> None:
        since = self._lost.pop(shard, None)
        if since is not None and self._ready:
            _log.info("reconnected to Discord", shard=shard, seconds=round(monotonic() - since, 1))
            self._warned = False
