"""Answers `/healthz` and `/metrics` on the address of `health.listen`, for supervisors and Prometheus."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from itertools import accumulate, product
from time import monotonic
from typing import Any, Protocol

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from bot.services.metrics import BUCKETS, COUNTS, DURATIONS, Definition, Durations, Labels, Metrics
from bot.services.vitals import Vitals

_SAMPLE = 0.25  # seconds between two looks at the event loop's delay
_log = structlog.get_logger()


class Latencies(Protocol):
    """Anything that knows how long the gateways take to answer."""

    def latencies(self) -> Mapping[str, float]:
        """Return the seconds of the last heartbeat by platform, of those that have one."""


class HealthServer:
    """Two pages over plain HTTP; they hold no name of a person, a server or a paper."""

    def __init__(self, vitals: Callable[[], Awaitable[Vitals]], metrics: Metrics, connections: Latencies) -> None:
        self._vitals, self._metrics, self._connections = vitals, metrics, connections

    @contextlib.asynccontextmanager
    async def serve(self, host: str, port: int) -> AsyncIterator[None]:
        """Listen within this block; an address that cannot be used is logged, and the bot goes on without."""
        app = web.Application()
        app.add_routes([web.get("/healthz", self._healthz), web.get("/metrics", self._metrics_page)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        sampling = asyncio.create_task(self._sample())
        try:
            try:
                await web.TCPSite(runner, host, port).start()
                _log.info("health can be asked for", address=f"http://{host}:{port}/healthz")
            except OSError as error:
                _log.error("health.listen cannot be used; another program may have the port", reason=str(error))
            yield
        finally:
            sampling.cancel()
            await runner.cleanup()

    async def _sample(self) -> None:
        while True:
            began = monotonic()
            await asyncio.sleep(_SAMPLE)
            self._metrics.observe("event_loop_delay", max(0.0, monotonic() - began - _SAMPLE))

    async def _healthz(self, _: web.Request) -> web.Response:
        vitals, latencies = await self._vitals(), self._connections.latencies()
        platforms = {
            name: {"state": state, "latency_seconds": latencies.get(name)} for name, state in vitals.connections.items()
        }
        content: dict[str, Any] = {
            "ok": vitals.is_well,
            "fault": vitals.fault,
            "platforms": platforms,
            "last_tick_seconds": vitals.tick_age,
            "outbox": {"editions": vitals.open_editions, "oldest_seconds": vitals.outbox_age},
        }
        return web.json_response(content, status=200 if vitals.is_well else 503)

    async def _metrics_page(self, _: web.Request) -> web.Response:
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_RequestMetrics(self._metrics, await self._vitals(), self._connections.latencies()))
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _RequestMetrics(Collector):
    """The metrics of one request, as the library's families."""

    def __init__(self, metrics: Metrics, vitals: Vitals, latencies: Mapping[str, float]) -> None:
        self._metrics, self._vitals, self._latencies = metrics, vitals, latencies

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        for count, definition in COUNTS.items():
            counter = CounterMetricFamily(f"dayori_{count}", definition.help, labels=tuple(definition.labels))
            for labels, n in {**self._zeros(definition), **self._metrics.counts[count]}.items():
                counter.add_metric(labels, n)
            yield counter
        for timed, definition in DURATIONS.items():
            name = f"dayori_{timed}_seconds"
            histogram = HistogramMetricFamily(name, definition.help, labels=tuple(definition.labels))
            for labels, durations in self._metrics.durations[timed].items():
                histogram.add_metric(labels, _cumulative(durations), durations.total)
            yield histogram
        yield from self._gauges()

    def _zeros(self, definition: Definition) -> dict[Labels, int]:
        """Return what may happen as not happened: a series that begins with 1 has no increase for Prometheus."""
        known = dict.fromkeys(("platform", "by"), tuple(self._vitals.connections))
        return dict.fromkeys(product(*(values or known.get(name, ()) for name, values in definition.labels.items())), 0)

    def _gauges(self) -> Iterator[Metric]:
        vitals = self._vitals
        connected = GaugeMetricFamily("dayori_connected", "1 while a platform is connected", labels=["platform"])
        for name, state in vitals.connections.items():
            connected.add_metric([name], float(state == "connected"))
        latency = GaugeMetricFamily("dayori_gateway_latency_seconds", "Last heartbeat", labels=["platform"])
        for name, seconds in self._latencies.items():
            latency.add_metric([name], seconds)
        yield from (connected, latency)
        if vitals.tick_age is not None:
            yield GaugeMetricFamily("dayori_last_tick_seconds", "Age of the last tick", value=vitals.tick_age)
        if vitals.fault is not None:
            return
        yield GaugeMetricFamily("dayori_outbox_editions", "Editions on their way", value=vitals.open_editions)
        yield GaugeMetricFamily("dayori_outbox_oldest_seconds", "Age of the oldest of them", value=vitals.outbox_age)
        yield GaugeMetricFamily("dayori_inbox_candidates", "Papers that wait for a decision", value=vitals.candidates)


def _cumulative(durations: Durations) -> list[tuple[str, float]]:
    """Return how often a duration was at most as long as each bucket."""
    return list(zip((*map(str, BUCKETS), "+Inf"), accumulate(durations.buckets), strict=True))
