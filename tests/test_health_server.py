"""The page for Prometheus says nothing that is not known yet."""

from __future__ import annotations

import socket

import aiohttp

from bot.health_server import HealthServer
from bot.services.metrics import Metrics
from bot.services.vitals import Vitals


class _NoGateways:
    def latencies(self) -> dict[str, float]:
        return {}


async def test_before_the_first_tick_no_age_of_it_is_told() -> None:
    async def vitals() -> Vitals:
        return Vitals({}, None, 0, 0.0, 0)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = HealthServer(vitals, Metrics(), _NoGateways())
    async with server.serve("127.0.0.1", port), aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
            page = await response.text()
        async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
            assert response.status == 503
    assert "dayori_outbox_editions 0.0" in page
    assert "dayori_last_tick_seconds" not in page
