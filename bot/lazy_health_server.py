"""Starts the server of `health.listen` where that is set: its libraries are slow to import, and few ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from bot.app import App

if TYPE_CHECKING:
    from bot.health_server import Latencies


@asynccontextmanager
async def health_served(app: App, connections: Latencies) -> AsyncIterator[None]:
    """Answer at the address of `health.listen` within this block, if there is one."""
    if not app.config.health.listen:
        yield
        return
    from bot.health_server import HealthServer
    from bot.services.vitals import vitals

    host, _, port = app.config.health.listen.rpartition(":")
    server = HealthServer(
        partial(vitals, app.database, app.clock, app.services.heartbeats), app.services.metrics, connections
    )
    async with server.serve(host.strip("[]"), int(port)):
        yield
