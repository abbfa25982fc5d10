"""A process's life: it connects the platforms, keeps them connected, and shuts down in order.

Each platform has its own connection, back-off and ticks, so the failure of one does not stop another.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from bot.app import App, platforms_of, synced
from bot.backoff import pauses
from bot.change_watch import ChangeWatch
from bot.domain.errors import ConfigError, DayoriError, UnreachableError
from bot.garbage_collection import PausedCollector
from bot.job_runner import JobRunner
from bot.jobs import OF_EACH_PROCESS, jobs_of
from bot.lazy_health_server import health_served
from bot.services.file_sync.notices import FileNotices
from bot.services.job_leases import EDITIONS
from bot.services.ports import Connection, Platform, Publisher

if TYPE_CHECKING:
    from bot.domain.candidate import Candidate
    from bot.domain.paper import Paper
    from bot.i18n import Message
    from bot.scheduler import Scheduler
    from bot.services.digests.delivery import DeliveryReport
    from bot.services.papers.decision_text import ReviewResult

_STEADY = 600.0  # seconds; after a connection that lasted this long the back-off starts again from its shortest pause
_FIRST_REPORT = 0.5  # seconds after the start
_FIRST_TICK = 0.5  # seconds after the login
_CANCEL_AGAIN = 0.1  # seconds between two attempts to cancel a task that ignored the first
_CUT = 9.5  # seconds until a hanging stop is cut off; Docker kills after 10, and everything important is in the store
_T = TypeVar("_T")
_log = structlog.get_logger()


async def run(app: App, platforms: Sequence[Platform]) -> None:
    """Run the bot until SIGTERM or SIGINT. Raises ConfigError when every platform refuses its token."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def begin_to_stop() -> None:
        stop.set()
        loop.call_later(_CUT, os._exit, 1)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, begin_to_stop)
    _log.info("starting")
    for platform in platforms:
        await app.services.heartbeats.beat(platform.name, "starting")
    notices = FileNotices(app.services, platforms)
    connections = _Connections(app, platforms, stop)
    async with app.services.job_leases.kept():
        telling = asyncio.create_task(_report(app, notices, stop))
        try:
            async with synced(app, partial(_notify, notices, stop)):
                await connections.run()
        except DayoriError:
            await app.services.heartbeats.stop()  # doctor would take a heartbeat without an end for a crash
            raise
        finally:
            stop.set()
            await telling
    await app.services.heartbeats.stop()
    _log.info("stopped")


async def post(app: App, platforms: Sequence[Platform], workspace: int, name: str | None) -> DeliveryReport:
    """Deliver what is due without a gateway connection; with `name`, deliver that subscription's next edition now.

    A platform that cannot be reached does not keep the others from delivering; ConfigError or UnreachableError is
    raised only when none can be posted to.
    """
    publishers, leases = dict[str, Publisher](), app.services.job_leases
    leases.want(*(platform.delivery_job for platform in platforms))
    async with AsyncExitStack() as stack, leases.kept():
        for platform in platforms:
            try:
                publishers[platform.name] = await stack.enter_async_context(platform.publishing())
            except (ConfigError, UnreachableError) as error:
                if len(platforms) == 1:
                    raise
                _log.error("a platform cannot be posted to", platform=platform.name, reason=str(error))
                failure = error
        if not publishers:
            raise failure
        await app.services.expiry.run_if_due()
        if name is None:
            await app.services.digests.compose_due()
        else:
            await app.services.digests.compose_now(workspace, name)
        await app.services.message_updates(publishers).update()
        return await app.services.delivery(publishers).deliver_open()


async def tell_proposer(app: App, candidate: Candidate, paper: Paper, decision: ReviewResult) -> Message | None:
    """Tell a proposer of a decision without a gateway connection; return that they were not told, None if they were."""
    from bot.services.papers.proposer_notices import untold

    async with AsyncExitStack() as stack:
        for platform in platforms_of(app):
            if platform.name == candidate.platform:
                try:
                    publisher = await stack.enter_async_context(platform.publishing())
                except DayoriError as error:
                    return untold(candidate, error.message)
                app.services.proposer_notices.connect(platform.name, publisher)
        return await app.services.proposer_notices.tell(candidate, paper, decision)


class _Connections:
    """All connections of a process, from start to shutdown."""

    def __init__(self, app: App, platforms: Sequence[Platform], stop: asyncio.Event) -> None:
        self._app, self._platforms, self._stop = app, platforms, stop
        self._connections: dict[str, Connection] = {}  # those that can send, by platform
        self._leases = app.services.job_leases
        self._jobs = JobRunner(jobs_of(app), self._leases.holds, OF_EACH_PROCESS)
        self._common = (EDITIONS, *self._jobs.shared)
        self._schedulers: dict[str, Scheduler] = {}  # by platform
        self._leases.on_change(self._follow_leases)

    async def run(self) -> None:
        """Keep every platform connected until the stop. Raises ConfigError when all platforms refuse the bot."""
        try:
            async with health_served(self._app, self):
                refusals = await asyncio.gather(*map(self._keep_connected, self._platforms))
        finally:
            await self._jobs.stop()
        if not self._stop.is_set() and (refused := [error for error in refusals if error]):
            raise refused[0]

    def latencies(self) -> dict[str, float]:
        """Return the gateways' latencies by platform."""
        latencies = {name: connection.latency for name, connection in self._connections.items()}
        return {name: seconds for name, seconds in latencies.items() if seconds is not None}

    async def _keep_connected(self, platform: Platform) -> ConfigError | None:
        """Reconnect until the stop; return the refusal (a wrong token, for example) after which retrying is useless."""
        waits = pauses()
        while not self._stop.is_set():
            began = monotonic()
            try:
                await self._connect(platform)
            except ConfigError as error:
                _log.error("a platform refuses the bot", platform=platform.name, reason=str(error))
                return error
            except UnreachableError as error:
                _log.warning("a platform cannot be reached, trying again", platform=platform.name, reason=str(error))
            except Exception as error:
                if not self._stop.is_set():  # what breaks while it is closed needs nobody
                    _log.error("the connection broke, connecting again", platform=platform.name, exc_info=error)
            waits = pauses() if monotonic() - began > _STEADY else waits
            await _sleep(next(waits), self._stop)
        return None

    async def _connect(self, platform: Platform) -> None:
        """Keep one connection until the stop or until it breaks; raise what broke it."""
        try:
            await self._stay_connected(platform)
        finally:  # nobody delivers or ticks without a connection; another process may have one
            await self._leases.leave(platform.delivery_job, *(() if self._connections else self._common))

    async def _stay_connected(self, platform: Platform) -> None:
        async with platform.connect() as connection:
            tasks = list[asyncio.Task[None]]()

            def begin() -> None:
                self._connections[platform.name] = connection
                tasks.append(asyncio.create_task(self._keep_ticking(platform, connection)))

            try:
                await _run_until(self._stop, connection.run(begin))
            finally:
                self._connections.pop(platform.name, None)
                for task in tasks:
                    task.cancel()
                    await asyncio.wait((task,))

    async def _keep_ticking(self, platform: Platform, connection: Connection) -> None:
        """Tick until cancelled. The gateway's connection comes first; it needs neither the tick nor APScheduler."""
        await asyncio.sleep(_FIRST_TICK)
        with PausedCollector():
            from bot.scheduler import Scheduler  # slow to import

        await self._leases.take_part(platform.delivery_job, *self._common)
        services = self._app.services
        edits = ChangeWatch(services.library.last_step, connection.update_messages, wait=self._app.database.writes())
        scheduler = self._schedulers[platform.name] = Scheduler(partial(self._tick, platform, connection, edits))
        editions = ChangeWatch(services.digests.newest, self._deliver, wait=self._app.database.writes())
        parts = (scheduler, edits, editions)
        for part in parts:
            part.start()
        try:
            await asyncio.Event().wait()
        finally:
            del self._schedulers[platform.name]
            await asyncio.gather(*(part.stop() for part in parts))

    async def _tick(self, platform: Platform, connection: Connection, edits: ChangeWatch) -> None:
        """Do what is due; what may take minutes runs beside the ticks."""
        if self._leases.holds(platform.delivery_job):
            connection.deliver()
        if self._leases.holds(EDITIONS):
            await self._app.services.digests.compose_due(self._start_delivery)
        edits.follow_soon()
        await connection.heartbeat()
        self._jobs.start()

    async def _deliver(self) -> None:
        """Start delivery after another process composed."""
        self._start_delivery()

    def _start_delivery(self) -> None:
        """Start delivery on every connected platform for which this process delivers."""
        for platform in self._platforms:
            if (connection := self._connections.get(platform.name)) and self._leases.holds(platform.delivery_job):
                connection.deliver()

    def _follow_leases(self) -> None:
        """Leave to others what they do now, and begin at once with what they did."""
        self._jobs.cancel_lost()
        for platform in self._platforms:
            if (connection := self._connections.get(platform.name)) and not self._leases.holds(platform.delivery_job):
                connection.stop_delivering()
        for scheduler in self._schedulers.values():
            scheduler.tick_now()


async def _report(app: App, notices: FileNotices, stop: asyncio.Event) -> None:
    """Report what the disk lacks, collections that nobody sees, channels that rest and a fault of the papers file.

    The gateway's connection comes first.
    """
    await _sleep(_FIRST_REPORT, stop)
    from bot.services.digests.inactive_subscriptions import inactive_subscriptions
    from bot.services.orphan_collections import orphan_collections
    from bot.services.storage_checks import start_warnings

    for check in await asyncio.to_thread(
        start_warnings, app.config.database_file, app.config.backups_path, app.config.site_path
    ):
        _log.warning(check.message.text("en"), remedy=check.remedy.text("en") if check.remedy else None)
    for unseen in await orphan_collections(app.database, app.services.workspaces):
        _log.warning(unseen.message.text("en"), remedy=unseen.remedy.text("en"))
    for name, reason in await inactive_subscriptions(app.database, app.services.servers):
        _log.warning("a subscription gets no edition", subscription=name, reason=reason.text("en"))
    await _notify_of_file(app, notices, stop)


async def _notify_of_file(app: App, notices: FileNotices, stop: asyncio.Event) -> None:
    """Report a fault of the papers file to the curators; with file sync, `FileSync` reports its faults itself."""
    if app.fault is None:
        await notices.forget()
    elif app.file_sync is None:
        for pause in pauses():  # at the very first start no server is served until the gateway has listed them
            if await _notify(notices, stop, [app.fault]) or stop.is_set():
                return
            await _sleep(pause, stop)


async def _notify(notices: FileNotices, stop: asyncio.Event, messages: Sequence[Message]) -> bool:
    """Send messages to the curators, unless the bot is stopping; return whether they have them."""
    try:
        return await _run_until(stop, notices.notify(messages)) or False
    except (DayoriError, OSError) as error:
        _log.warning("the curators were not told", reason=str(error))
        return False


async def _run_until(stop: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T | None:
    """Run `work` until it ends, or cancel it at the stop and return None; raise what broke it."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        while not task.done():  # a client that is just reconnecting swallows a cancellation
            task.cancel()
            await asyncio.wait((task,), timeout=_CANCEL_AGAIN)
    return None if task.cancelled() else task.result()


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    """Wait for some seconds, or until the stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
