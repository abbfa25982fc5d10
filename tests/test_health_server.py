"""The page for Prometheus says nothing that is not known yet, and holds all that the dashboard shows."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import aiohttp

from bot.health_server import HealthServer
from bot.services.metrics import Metrics
from bot.services.vitals import Vitals

DASHBOARD = Path(__file__).parent.parent / "docs/grafana-dashboard.json"


class _Gateways:
    def __init__(self, **latencies: float) -> None:
        self._latencies = latencies

    def latencies(self) -> dict[str, float]:
        return self._latencies


async def pages(vitals: Vitals, metrics: Metrics, gateways: _Gateways) -> tuple[str, int, dict[str, object]]:
    """Return the page for Prometheus, and the status and the content of the one for supervisors."""

    async def now() -> Vitals:
        return vitals

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = HealthServer(now, metrics, gateways)
    async with server.serve("127.0.0.1", port), aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
            page = await response.text()
        async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
            return page, response.status, await response.json()


async def test_before_the_first_tick_no_age_of_it_is_told() -> None:
    page, status, _ = await pages(Vitals({}, None, 0, 0.0, 0), Metrics(), _Gateways())
    assert status == 503
    assert "dayori_outbox_editions 0.0" in page
    assert "dayori_last_tick_seconds" not in page


async def test_health_tells_the_connections_their_latency_the_last_tick_and_the_outbox() -> None:
    vitals = Vitals({"discord": "connected", "slack": "connected"}, 12.5, 2, 40.0, 7)
    _, status, health = await pages(vitals, Metrics(), _Gateways(discord=0.04))
    assert status == 200
    assert health == {
        "ok": True,
        "fault": None,
        "platforms": {
            "discord": {"state": "connected", "latency_seconds": 0.04},
            "slack": {"state": "connected", "latency_seconds": None},
        },
        "last_tick_seconds": 12.5,
        "outbox": {"editions": 2, "oldest_seconds": 40.0},
    }


async def test_without_its_database_health_tells_the_fault_and_nothing_that_it_cannot_know() -> None:
    vitals = Vitals({"discord": "connected"}, 1.0, 0, 0.0, 0, "The database could not be read: …")
    page, status, health = await pages(vitals, Metrics(), _Gateways())
    assert status == 503
    assert (health["ok"], health["fault"]) == (False, "The database could not be read: …")
    assert "dayori_connected" in page
    assert "dayori_outbox" not in page and "dayori_inbox" not in page


async def test_what_did_not_happen_yet_is_counted_as_zero_so_that_its_first_time_is_an_increase() -> None:
    page, _, _ = await pages(Vitals({"discord": "connected"}, 1.0, 0, 0.0, 0), Metrics(), _Gateways())
    assert 'dayori_deliveries_total{platform="discord",result="paused"} 0.0' in page
    assert 'dayori_feed_polls_total{result="failed"} 0.0' in page
    assert 'dayori_rate_limited_total{by="discord"} 0.0' in page


async def test_the_dashboard_shows_only_metrics_and_labels_that_exist() -> None:
    metrics = Metrics()
    metrics.count("deliveries", "discord", "delivered")
    metrics.count("feed_polls", "read")
    metrics.count("rate_limited", "discord")
    metrics.observe("interaction", 0.1, "discord", "application_command")
    metrics.observe("lookup", 0.1, "discord", "search")
    metrics.observe("event_loop_delay", 0.1)
    vitals = Vitals({"discord": "connected"}, 1.0, 0, 0.0, 0)
    page, _, _ = await pages(vitals, metrics, _Gateways(discord=0.1))
    series = [line.rpartition(" ")[0] for line in page.splitlines() if not line.startswith("#")]
    names = {each.partition("{")[0] for each in series}
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    targets = [target for panel in panels for target in panel["targets"]]
    for target in targets:
        (name,) = re.findall(r"\b(?:dayori|process)_\w+", target["expr"])
        assert name in names
        of_name = next(each for each in series if each.partition("{")[0] == name)
        labels = re.findall(r"{{(\w+)}}", target.get("legendFormat", ""))
        assert set(labels) <= set(re.findall(r'(\w+)="', of_name))
    shown = {name for target in targets for name in re.findall(r"dayori_\w+", target["expr"])}
    families = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in names if name.startswith("dayori_")}
    assert {name for name in families if not any(each.startswith(name) for each in shown)} == set()
