"""What one process does for all on the store: it holds a lease and renews it, and when it dies another takes over.

No machine's clock is compared with another's: a lease has ended when its holder's process has, as far as that can be
seen from here, or when nobody renewed it for as long as the holder said, by the steady clock of whoever waits for it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import monotonic
from typing import NamedTuple

import structlog

from bot.domain.errors import DayoriError, LostStoreError
from bot.services.accounts import account_of
from bot.services.cancellation import uncancellable
from bot.services.digests.lease_owner import has_ended, new_owner, process_of
from bot.services.digests.stopwatch import Stopwatch
from bot.services.ports import Clock
from bot.store import job_leases
from bot.store.database import Database

EDITIONS, FILE_SYNC = "editions", "papers file"
_SECONDS = 6.0  # that a lease lasts beside other processes
_ALONE = 10  # times as long it lasts for a process that is alone, which then writes less
# A sixth of a lease is the time between two looks, the time by which a holder gives up before anybody else may take
# over, and the time for which what the one before sent still counts towards a platform's limit: a second.
_SIXTH = 1 / 6
_LOOK_SOON = 0.1  # seconds
_log = structlog.get_logger()


def delivery_job(platform: str, token: str) -> str:
    """Return the name of the job of sending everything with one token."""
    return f"delivery {platform} {account_of(token)}"


class _Lease(NamedTuple):
    """What a holder wrote: its name, for how many seconds after each renewal the lease lasts, and a serial number."""

    owner: str
    seconds: float
    serial: int


class _HeldLease(NamedTuple):
    """A lease of this process: when it was last renewed, how many seconds it holds since then, and from when on."""

    renewed: Stopwatch
    seconds: float
    begins: float

    @property
    def is_sure(self) -> bool:
        return monotonic() >= self.begins and self.renewed.within(self.seconds)


class JobLeases:
    """The leases of this process. Before they are kept, as in most commands, the process does everything itself."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        count_others: Callable[[], Awaitable[int]],
        seconds: float = _SECONDS,
    ) -> None:
        self._database, self._clock, self._count_others = database, clock, count_others
        self._short, self._sixth = seconds, seconds * _SIXTH
        self._name, self._serial = new_owner(), 0
        self._wanted, self._listeners = set[str](), list[Callable[[], None]]()
        self._held: dict[str, _HeldLease] = {}
        self._sure = frozenset[str]()  # what was held at the last look
        self._seen: dict[str, tuple[str, float]] = {}  # what others wrote, and since when it is unchanged
        self._lock, self._is_kept = asyncio.Lock(), False
        self._turns, self._endings = dict[str, asyncio.Lock](), set[asyncio.Task[None]]()
        self._rows = dict[str, str]()  # at the last look
        self._taken = frozenset[str]()  # what a process did then that may still run
        self._gone = set[str]()  # processes whose leases were taken over
        self.others = 0  # processes on the store beside this one, at the last look

    def want(self, *jobs: str) -> None:
        """Take part in doing jobs."""
        self._wanted.update(jobs)

    async def take_part(self, *jobs: str) -> None:
        """Take part in doing jobs, and take at once those that nobody does."""
        self.want(*jobs)
        await self._look_safely()

    async def leave(self, *jobs: str) -> None:
        """Leave jobs to others."""
        self._wanted -= set(jobs)
        with suppress(DayoriError):
            await self._release(jobs)

    def holds(self, job: str) -> bool:
        """Return whether this process surely is the only one to do a job now."""
        if not self._is_kept:
            return True
        return job in self._held and self._held[job].is_sure

    def is_taken(self, job: str) -> bool:
        """Return whether a process that may still run did a job at the last look."""
        return job in self._taken

    def is_gone(self, owner: str) -> bool:
        """Return whether a process has ended, or has lost its leases to this one, so that nothing waits for it."""
        return has_ended(owner) or process_of(owner) in self._gone

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function each time that a lease was taken or lost."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Take and renew leases inside this block; at its end the others may have them at once."""
        self._is_kept = True
        await self._look_safely()
        keeping = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            for task in (tasks := (keeping, *self._endings)):
                task.cancel()
            await asyncio.wait(tasks)
            await self.leave(*self._wanted)

    @asynccontextmanager
    async def alone(self, job: str, patience: float = 20.0) -> AsyncIterator[None]:
        """Do in this block what no other process does meanwhile; after `patience` seconds it is done all the same."""
        if not self._is_kept:
            yield
            return
        self.want(job)
        until = monotonic() + patience
        try:
            while not self.holds(job) and monotonic() < until:
                await self._look_safely()
                await asyncio.sleep(0 if self.holds(job) else _LOOK_SOON)
            yield
        finally:
            await self.leave(job)

    async def take_turn(self, job: str, seconds: float, patience: float) -> None:
        """Wait for a turn at something, and keep everybody else waiting for that many seconds from then on."""
        turns = self._turns.setdefault(job, asyncio.Lock())
        stack = AsyncExitStack()
        await stack.enter_async_context(turns)
        await stack.enter_async_context(self.alone(job, patience))
        self._endings.add(ending := asyncio.create_task(_close_later(stack, seconds)))
        ending.add_done_callback(self._endings.discard)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._sixth)
            await self._look_safely()

    async def _look_safely(self) -> None:
        """Look at the leases, and tell the listeners of a change; without the store, leases end by themselves."""
        async with self._lock:
            before = self._sure
            try:
                await self._look()
            except LostStoreError:
                pass  # the store tells the log of that once
            except DayoriError as error:
                _log.warning("the leases of jobs were not renewed", reason=str(error))
            except Exception as error:
                _log.error("the leases of jobs were not renewed", exc_info=error)
            self._sure = frozenset(job for job in self._held if self.holds(job))
        if self._sure != before:
            for listener in self._listeners:
                listener()

    async def _look(self) -> None:
        async with self._database.read() as connection:
            rows = await job_leases.every(connection)
        renewed = [text for job, text in rows.items() if text != self._rows.get(job)]
        self._gone -= {process_of(lease.owner) for text in renewed if (lease := _read(text))}
        self._rows = rows
        self.others = await self._count_others()
        ended = _ended_owners(rows.values())
        self._taken = frozenset(job for job, text in rows.items() if (each := _read(text)) and each.owner not in ended)
        due = [job for job in sorted(self._wanted) if self._is_due(job, rows.get(job), ended)]
        if due:
            await self._write(due, rows)

    def _is_due(self, job: str, text: str | None, ended: frozenset[str]) -> bool:
        """Return whether to renew a lease, or to take one that has ended."""
        if text is None or not (lease := _read(text)):
            return True
        if lease.owner == self._name:
            held = self._held.get(job)
            return held is None or not held.renewed.within(lease.seconds / 3) or lease.seconds != self._seconds
        seen, since = self._seen.get(job, ("", 0.0))
        if seen != text:
            since = monotonic()
            self._seen[job] = (text, since)
        return lease.owner in ended or monotonic() - since > lease.seconds

    @property
    def _seconds(self) -> float:
        return self._short if self.others else self._short * _ALONE

    @uncancellable
    async def _write(self, jobs: Iterable[str], rows: Mapping[str, str]) -> None:
        since, self._serial = Stopwatch(self._clock), self._serial + 1
        text = json.dumps(_Lease(self._name, self._seconds, self._serial))
        taken = list[str]()
        async with self._database.write(own_rows=True) as connection:
            for job in jobs:
                if await job_leases.replace(connection, job, rows.get(job), text):
                    taken.append(job)
        for job in jobs:
            held = self._held.pop(job, None)
            if job in taken:
                is_renewed = held and _is_of(rows.get(job, ""), self._name)
                was_anothers = held or job in self._seen  # also where the other one has released it since
                begins = held.begins if held and is_renewed else monotonic() + (self._sixth if was_anothers else 0)
                self._held[job] = _HeldLease(since, self._seconds - self._sixth, begins)
        for job in taken:
            if self._seen.pop(job, None) and (lease := _read(rows.get(job, ""))):
                self._gone.add(process_of(lease.owner))
                _log.info("a job was taken over", job=job)

    @uncancellable
    async def _release(self, jobs: Iterable[str]) -> None:
        if not self._is_kept:
            return
        async with self._lock:
            for job in jobs:
                self._held.pop(job, None)
            async with self._database.write(own_rows=True) as connection:
                rows = await job_leases.every(connection)
                for job in sorted(jobs):  # like all, so that no two transactions wait for each other
                    if job in rows and _is_of(rows[job], self._name):
                        await job_leases.remove(connection, job, rows[job])


async def _close_later(stack: AsyncExitStack, seconds: float) -> None:
    try:
        await asyncio.sleep(seconds)
    finally:
        await stack.aclose()


def _ended_owners(texts: Iterable[str]) -> frozenset[str]:
    owners = {lease.owner for text in texts if (lease := _read(text))}
    return frozenset(filter(has_ended, owners))


def _is_of(text: str, owner: str) -> bool:
    lease = _read(text)
    return lease is not None and lease.owner == owner


def _read(text: str) -> _Lease | None:
    try:
        owner, seconds, serial = json.loads(text)
        return _Lease(str(owner), float(seconds), int(serial))
    except (TypeError, ValueError):
        return None
