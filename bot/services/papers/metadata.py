"""What sources say of a paper that somebody is about to add: asked once, kept for a while, never in the way.

    said = await lookup.look_up(source)   # joins what is under way, or asks; a Metadata, or a SourceError to show
    said = await lookup.cached(source)    # what is known already, without the network

Whoever cannot wait gives up waiting (`asyncio.timeout`): the question goes on, and its answer is kept. Many arXiv
papers are best looked up at one time (`asyncio.gather`): they become one request.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bot.domain.draft import read_source
from bot.domain.errors import SourceBusyError, SourceError, SourceSettingError, StoreError, UnknownPaperError
from bot.domain.identifiers import canonical_url
from bot.domain.metadata import Metadata
from bot.services.ports import Clock
from bot.store import metadata_cache
from bot.store.database import Database
from bot.store.requests import no_request

_AT_A_TIME = 4  # questions of one person
ANSWER_KEPT, UNKNOWN_KEPT, FAILURE_KEPT = timedelta(days=1), timedelta(minutes=5), timedelta(minutes=1)


class Source(Protocol):
    """Whoever knows papers."""

    async def look_up(self, source: str) -> Metadata:
        """Return what is known of a link or an id, within a bounded time. Raises SourceError."""

    async def close(self) -> None:
        """Give all connections back."""


@dataclass(slots=True)
class _Turns:
    """One person's questions: how many there are, and how many more may be under way."""

    count: int = 0
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_A_TIME))


class MetadataLookup:
    """Asks sources and keeps what they answer, failures for minutes only. Close it in the end.

    `open_sources` is called at the first question, in a thread: what it imports is slow to import.
    """

    def __init__(self, database: Database, clock: Clock, open_sources: Callable[[], Source]) -> None:
        self._database, self._clock, self._open_sources = database, clock, open_sources
        self._opening: asyncio.Task[Source] | None = None
        self._asked: dict[str, asyncio.Task[Metadata | SourceError]] = {}
        self._turns: dict[str, _Turns] = {}

    async def look_up(self, source: str, by: str = "") -> Metadata:
        """Return what is known of a link, an arXiv id or a DOI; `by` is who asks, whose questions take turns.

        Raises InputError when it is none of these, and SourceError with a sentence that says what happened.
        """
        answer = await self._kept(key_of(source))
        if answer is None:
            async with self._turn(by):
                answer = await asyncio.shield(self._ask(source))
        if isinstance(answer, SourceError):
            raise SourceError(answer.message) from answer
        return answer

    async def cached(self, source: str) -> Metadata | None:
        """Return what is known already, without the network. Raises InputError when it is no source."""
        kept = await self._kept(key_of(source))
        return None if isinstance(kept, SourceError) else kept

    async def close(self) -> None:
        """Stop asking and give all connections back."""
        tasks = [*self._asked.values(), *filter(None, [self._opening])]
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._opening is not None and not self._opening.cancelled() and self._opening.exception() is None:
            await self._opening.result().close()

    @contextlib.asynccontextmanager
    async def _turn(self, by: str) -> AsyncIterator[None]:
        """Wait until a person has fewer questions under way than one may have: slow hosts hold up their asker alone.

        Whoever asks for the same meanwhile joins the question that is under way, or begins it at once.
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
        if key not in self._asked:
            with no_request():  # others may join the question
                task = asyncio.create_task(self._answer(key, source))
            self._asked[key] = task
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        return self._asked[key]

    async def _answer(self, key: str, source: str) -> Metadata | SourceError:
        if (kept := await self._kept(key)) is not None:
            return kept
        answer: Metadata | SourceError
        try:
            answer = await (await self._sources()).look_up(source)
        except SourceError as error:
            answer = error
        with contextlib.suppress(StoreError):  # it is asked again next time, no more than that
            async with self._database.write() as connection:
                await metadata_cache.save(connection, key, answer, self._clock(), _age(answer))
        return answer

    async def _kept(self, key: str) -> Metadata | SourceError | None:
        async with self._database.read() as connection:
            return await metadata_cache.get(connection, key, self._clock())

    async def _sources(self) -> Source:
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(self._open_sources))
        return await asyncio.shield(self._opening)


def key_of(source: str) -> str:
    """Return the name under which an answer is kept: one for all links to one id. Raises InputError."""
    link, ids = read_source(source)
    pair = next(iter(ids.pairs()), None)
    return ":".join(pair) if pair else f"url:{canonical_url(link.url)}"


def _age(answer: Metadata | SourceError) -> timedelta:
    if isinstance(answer, SourceBusyError):
        return min(timedelta(seconds=answer.seconds), UNKNOWN_KEPT)
    if isinstance(answer, SourceSettingError):
        return timedelta(0)  # whoever mends the setting asks again at once
    if isinstance(answer, UnknownPaperError):
        return UNKNOWN_KEPT
    return FAILURE_KEPT if isinstance(answer, SourceError) else ANSWER_KEPT
