"""Records what arrived and what is sent next, for many editions in one transaction.

A transaction of its own for every message costs a dozen round trips to a database server, which several messages share
here. What has arrived and is not recorded when the process dies is searched for by whoever goes on, like everything
else that was being sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from bot.services.cancellation import uncancellable
from bot.services.digests.stopwatch import Stopwatch
from bot.services.ports import Clock
from bot.store import editions, leases, subscriptions
from bot.store.connection import StoreConnection
from bot.store.database import Database
from bot.store.editions import Arrival, Attempt, OutboxMessage
from bot.store.leases import OpenEdition

# Seconds that a transaction waits for others to share it, for every edition that is under way: with the 64 that there
# are at most, and Discord's 50 messages a second, a dozen messages share it.
_GATHERED = 1 / 250


class LeaseLostError(Exception):
    """The edition's lease was taken over by another process, or released at a stop."""


class NextMessage(NamedTuple):
    """The message to send next, in its previous state, and the time since the edition's lease was seen to hold."""

    message: OutboxMessage
    lease_age: Stopwatch


class _Step(NamedTuple):
    edition: OpenEdition
    arrived: tuple[int, str] | None  # the position and the id of the message that arrived since the last step
    anchor: str
    outcome: asyncio.Future[NextMessage | None]


class Outbox:
    """The progress of the editions whose leases one owner holds."""

    def __init__(self, database: Database, clock: Clock, name: str, stopping: asyncio.Event) -> None:
        self._database, self._clock, self._name, self._stopping = database, clock, name, stopping
        self._under_way = 0
        self._steps, self._all_here = list[_Step](), asyncio.Event()
        self._recording: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """Count one more edition whose steps others wait for."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._notice_all_here()

    @uncancellable
    async def record_and_next(
        self, edition: OpenEdition, arrived: tuple[int, str] | None, anchor: str
    ) -> NextMessage | None:
        """Record an arrival and mark the edition's next message as being sent; None when all have arrived.

        Raises StoreError, and LeaseLostError when another process took the edition over, or when the bot is stopping.
        """
        outcome: asyncio.Future[NextMessage | None] = asyncio.get_running_loop().create_future()
        self._steps.append(_Step(edition, arrived, anchor, outcome))
        self._notice_all_here()
        if self._recording is None:
            self._recording = asyncio.create_task(self._record())
        return await outcome

    @uncancellable
    async def record(self, edition: OpenEdition, arrived: tuple[int, str]) -> None:
        """Record an arrival after which nothing more is sent now. Raises StoreError."""
        async with self._database.write(own_rows=True) as connection:
            await self._mark_arrived(connection, {edition: arrived})

    def _notice_all_here(self) -> None:
        if len(self._steps) >= self._under_way:
            self._all_here.set()

    async def _record(self) -> None:
        """Record steps until there are no more, each time with those that came meanwhile."""
        try:
            while self._steps:
                await self._gather()
                steps, self._steps = self._steps, []
                self._all_here.clear()
                await self._record_safely(steps)
        finally:
            self._recording = None

    async def _gather(self) -> None:
        """Wait until every edition under way waits for its step, or for a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._under_way * _GATHERED):
                await self._all_here.wait()

    async def _record_safely(self, steps: Sequence[_Step]) -> None:
        try:
            next_messages = await self._written(steps)
        except Exception as error:
            for step in steps:
                step.outcome.set_exception(error)
            return
        for step in steps:
            if step.edition.id in next_messages:
                step.outcome.set_result(next_messages[step.edition.id])
            else:
                step.outcome.set_exception(LeaseLostError())

    async def _written(self, steps: Sequence[_Step]) -> dict[int, NextMessage | None]:
        """Write steps, and return the next messages of the editions that are still ours."""
        async with self._database.write(own_rows=True) as connection:
            now, lease_age = self._clock(), Stopwatch(self._clock)
            ours = await leases.holds(connection, self._name, [each.edition.id for each in steps], keeps=True)
            await self._mark_arrived(connection, {each.edition: each.arrived for each in steps if each.arrived})
            unsent = await editions.next_unsent(connection, ours) if ours else {}
            if done := ours - unsent.keys():
                await editions.mark_delivered(connection, done, now)
            if self._stopping.is_set():
                for edition_id in unsent:
                    await leases.release(connection, self._name, edition_id)
                unsent.clear()
            anchors = {each.edition.id: each.anchor for each in steps}
            waiting = {id: message for id, message in unsent.items() if message.state == "waiting"}
            attempts = [Attempt(id, message.position, anchors[id]) for id, message in waiting.items()]
            await editions.mark_sending(connection, attempts, now)
        marked = {id: message._replace(anchor=anchors[id]) for id, message in waiting.items()}
        return {
            **dict.fromkeys(done),
            **{id: NextMessage(message, lease_age) for id, message in (unsent | marked).items()},
        }

    async def _mark_arrived(self, connection: StoreConnection, arrivals: Mapping[OpenEdition, tuple[int, str]]) -> None:
        """Record what arrived, always in the same order, so that no two transactions wait for each other."""
        in_order = sorted(arrivals.items())
        marks = [Arrival(edition.id, *arrived) for edition, arrived in in_order]
        await editions.mark_sent(connection, marks, self._clock())
        for edition, _ in in_order:
            if edition.failures:
                await leases.forget_failures(connection, edition.id)
            if edition.is_trial:
                await subscriptions.resume(connection, edition.subscription_id)
