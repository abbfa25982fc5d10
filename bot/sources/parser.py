"""Parses sources' answers in processes that are killed when they take too much time or memory."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog

from bot.domain.arxiv_announcement import Listing, listing_from
from bot.domain.errors import FeedElsewhereError, SourceBusyError, SourceError, UnknownPaperError
from bot.domain.feed_entry import FeedDocument, FeedEntry, document_from, entry_from
from bot.domain.metadata import Metadata, metadata_from
from bot.domain.publication import Publication, publication_from
from bot.framing import framed
from bot.i18n import message_from
from bot.sources.source_errors import too_long, unreadable
from bot.worker_process import end, next_frame, start

SECONDS = 5.0
_AT_ONCE = 2  # a page that takes its whole time delays only half of the others
_WORKER = "bot.sources.parse_worker"
_log = structlog.get_logger()


class Parser:
    """Manages the parsing processes; the first starts at the first answer. Close it at the end."""

    def __init__(self, *, seconds: float = SECONDS, worker: str = _WORKER) -> None:
        self._seconds, self._worker = seconds, worker
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._idle: list[Process] = []
        self._closed = False

    async def one(self, kind: str, body: bytes, *arguments: str | None, name: str) -> Metadata:
        """Return the metadata of an answer with one paper; `name` is the source in messages. Raises SourceError."""
        return (await self.all(kind, body, *arguments, name=name))[""]

    async def all(self, kind: str, body: bytes, *arguments: str | None, name: str) -> Mapping[str, Metadata]:
        """Return the metadata in an answer by paper id. Raises SourceError."""
        answer = await self._parsed(kind, body, arguments, name)
        return {id: metadata_from(columns) for id, columns in answer["papers"].items()}

    async def publications(
        self, kind: str, body: bytes, *arguments: str | None, name: str
    ) -> Mapping[str, Publication]:
        """Return what an answer says of papers' publication, by id. Raises SourceError."""
        answer = await self._parsed(kind, body, arguments, name)
        return {id: publication_from(columns) for id, columns in answer.get("publications", {}).items()}

    async def feed(self, body: bytes, url: str, charset: str | None, *, name: str, seen: str = "") -> FeedDocument:
        """Return the document of a feed, without entries that were `seen` in an earlier one. Raises SourceError."""
        answer = await self._parsed("feed", body, (url, charset, name, seen), name)
        entries = list[FeedEntry]()
        for batch in answer["batches"]:
            entries += map(entry_from, json.loads(batch))
            await asyncio.sleep(0)  # a batch takes some milliseconds
        return replace(document_from(answer["feed"] | {"entries": []}), entries=tuple(entries))

    async def listings(self, body: bytes, charset: str | None, *, name: str) -> list[Listing]:
        """Return the announcements that a page of an arXiv listing shows. Raises SourceError."""
        return [
            listing_from(each) for each in (await self._parsed("arxiv-listing", body, (charset,), name))["listings"]
        ]

    async def close(self) -> None:
        """End the processes; running work is lost."""
        self._closed = True
        while self._idle:
            await end(self._idle.pop())

    async def _parsed(self, kind: str, body: bytes, arguments: Sequence[str | None], name: str) -> dict[str, Any]:
        """Return what a process read from an answer. Raises SourceError."""
        async with self._turns:
            answer = await self._answer(framed(json.dumps([kind, arguments]).encode()) + framed(body), name)
        if answer.keys() & {"papers", "feed", "listings", "publications"}:
            return answer
        if "failure" not in answer:
            _log.warning("an answer cannot be read", source=name, reason=answer["fault"])
            raise unreadable(name)
        message = message_from(answer["failure"])
        if answer["busy"] is not None:
            raise SourceBusyError(message, answer["busy"])
        if answer["elsewhere"]:
            raise FeedElsewhereError(message, answer["elsewhere"])
        raise UnknownPaperError(message) if answer["unknown"] else SourceError(message)

    async def _answer(self, request: bytes, name: str) -> dict[str, Any]:
        """Let one process answer; start a new one if the system killed the idle one."""
        if self._idle:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                return await self._answer_of(self._idle.pop(), request, name)
        try:
            return await self._answer_of(await start(self._worker), request, name)
        except (asyncio.IncompleteReadError, OSError) as error:  # it exceeded its memory, or did not start
            raise unreadable(name) from error

    async def _answer_of(self, process: Process, request: bytes, name: str) -> dict[str, Any]:
        """Return a process's answer; kill the process if it takes too long."""
        is_answered = False
        try:
            async with asyncio.timeout(self._seconds):
                answer: dict[str, Any] = await _exchange(process, request)
            is_answered = True
        except TimeoutError as error:
            raise too_long(name) from error
        finally:
            if is_answered and not self._closed:
                self._idle.append(process)
            else:
                await end(process)
        return answer


async def _exchange(process: Process, request: bytes) -> dict[str, Any]:
    """Send a request and return the answer; `batches`, which follow it, are left as they come."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(request)
    await process.stdin.drain()
    answer: dict[str, Any] = json.loads(await next_frame(process.stdout))
    return answer | {"batches": [await next_frame(process.stdout) for _ in range(answer.get("batches", 0))]}
