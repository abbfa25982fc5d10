"""Metadata of a paper that somebody is about to add: looked up once and cached.

    metadata = await lookup.look_up(source)   # joins a running look-up or starts one; raises SourceError
    metadata = await lookup.cached(source)    # what is known already, without the network

Callers that cannot wait use `asyncio.timeout`: the look-up continues and its answer is cached. Look up many arXiv
papers at the same time (`asyncio.gather`): they become one request.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from bot.domain.draft import read_source
from bot.domain.errors import SourceBusyError, SourceError, SourceSettingError, StoreError, UnknownPaperError
from bot.domain.identifiers import canonical_url
from bot.domain.metadata import Metadata
from bot.domain.request import no_request
from bot.services.lazy_sources import LazySources
from bot.services.ports import Clock
from bot.store import metadata_cache
from bot.store.database import Database

_log = structlog.get_logger()
_AT_A_TIME = 4  # look-ups of one person at the same time
ANSWER_KEPT, UNKNOWN_KEPT, FAILURE_KEPT = timedelta(days=1), timedelta(minutes=5), timedelta(minutes=1)


class MetadataSource(Protocol):
    """Anything that can look up a paper's metadata."""

    async def look_up(self, source: str) -> Metadata:
        """Return the metadata of a link or an id, within a bounded time. Raises SourceError."""

    async def close(self) -> None:
        """Close all connections."""


@dataclass(slots=True)
class _Turns:
    """One person's look-ups: how many there are, and how many more may run at once."""

    count: int = 0
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_A_TIME))


class MetadataLookup:
    """Looks up metadata and caches the answers, failures for minutes only. Close it at the end, before the sources."""

    def __init__(self, database: Database, clock: Clock, sources: LazySources[MetadataSource]) -> None:
        self._database, self._clock, self._sources = database, clock, sources
        self._running: dict[str, asyncio.Task[Metadata | SourceError]] = {}
        self._turns: dict[str, _Turns] = {}

    async def look_up(self, source: str, by: str = "") -> Metadata:
        """Return the metadata of a link, an arXiv id or a DOI; the look-ups of one person (`by`) wait for each other.

        Raises InputError when `source` is none of these, and SourceError with a sentence that says what happened.
        """
        answer = await self._stored_answer(key_of(source))
        if answer is None:
            async with self._turn(by):
                answer = await asyncio.shield(self._ask(source))
        if isinstance(answer, SourceError):
            raise SourceError(answer.message) from answer
        return answer

    async def cached(self, source: str) -> Metadata | None:
        """Return cached metadata without the network. Raises InputError when `source` is not one."""
        answer = await self._stored_answer(key_of(source))
        return None if isinstance(answer, SourceError) else answer

    async def close(self) -> None:
        """Cancel all look-ups."""
        tasks = [*self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _turn(self, by: str) -> AsyncIterator[None]:
        """Wait until a person has fewer than four look-ups running, so that slow hosts delay only the person who asked.

        Somebody else who asks for the same source joins the running look-up, or starts it at once.
        """
        if not by:
            yield
            return
        turns = self._turns.setdefault(by, _Turns())
        turns.count += 1
        try:
            async with turns.free:
                yield
        finally:
            turns.count -= 1
            if not turns.count:
                del self._turns[by]

    def _ask(self, source: str) -> asyncio.Task[Metadata | SourceError]:
        key = key_of(source)
        if key not in self._running:
            with no_request():  # others may join this look-up, so it belongs to no single request
                task = asyncio.create_task(self._answer(key, source))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return self._running[key]

    async def _answer(self, key: str, source: str) -> Metadata | SourceError:
        if (stored := await self._stored_answer(key)) is not None:
            return stored
        answer: Metadata | SourceError
        try:
            answer = await (await self._sources.get()).look_up(source)
        except SourceError as error:
            answer = error
            if not isinstance(error, UnknownPaperError):
                _log.info("a source could not be asked", reason=str(error))
        with contextlib.suppress(StoreError):  # without the cache entry, it is simply looked up again
            async with self._database.write() as connection:
                await metadata_cache.save(connection, key, answer, self._clock(), _age(answer))
        return answer

    async def _stored_answer(self, key: str) -> Metadata | SourceError | None:
        async with self._database.read() as connection:
            return await metadata_cache.get(connection, key, self._clock())


def key_of(source: str) -> str:
    """Return the cache key of a source, the same for all links to one id. Raises InputError."""
    link, ids = read_source(source)
    pair = next(iter(ids.pairs()), None)
    return ":".join(pair) if pair else f"url:{canonical_url(link.url)}"


def _age(answer: Metadata | SourceError) -> timedelta:
    if isinstance(answer, SourceBusyError):
        return min(timedelta(seconds=answer.seconds), UNKNOWN_KEPT)
    if isinstance(answer, SourceSettingError):
        return timedelta(0)  # the operator corrects the setting and tries again at once
    if isinstance(answer, UnknownPaperError):
        return UNKNOWN_KEPT
    return FAILURE_KEPT if isinstance(answer, SourceError) else ANSWER_KEPT
