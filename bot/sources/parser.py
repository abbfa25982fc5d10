"""Reading what sources answer in processes that are killed when they take too long or too much."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import Process
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog

from bot.domain.errors import SourceBusyError, SourceError, UnknownPaperError
from bot.domain.metadata import Metadata, metadata_from
from bot.i18n import message_from
from bot.sources.source_errors import too_long, unreadable
from bot.worker_process import end, framed, next_frame, start

SECONDS = 5.0
_AT_ONCE = 2  # a page that takes its whole time holds up half of the others
_WORKER = "bot.sources.parse_worker"
_log = structlog.get_logger()


class Parser:
    """Lends its processes to one answer after another; the first starts at the first answer. Close it in the end."""

    def __init__(self, *, seconds: float = SECONDS, worker: str = _WORKER) -> None:
        self._seconds, self._worker = seconds, worker
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._idle: list[Process] = []
        self._closed = False

    async def one(self, kind: str, body: bytes, *arguments: str | None, name: str) -> Metadata:
        """Return what an answer says of its one paper; `name` is what messages call the source. Raises SourceError."""
        return (await self.all(kind, body, *arguments, name=name))[""]

    async def all(self, kind: str, body: bytes, *arguments: str | None, name: str) -> Mapping[str, Metadata]:
        """Return what an answer says of each paper, by id. Raises SourceError."""
        async with self._turns:
            answer = await self._answer(framed(json.dumps([kind, arguments]).encode()) + framed(body), name)
        if "said" in answer:
            return {id: metadata_from(columns) for id, columns in answer["said"].items()}
        if "failure" not in answer:
            _log.warning("an answer cannot be read", source=name, reason=answer["fault"])
            raise unreadable(name)
        message = message_from(answer["failure"])
        if answer["busy"] is not None:
            raise SourceBusyError(message, answer["busy"])
        raise UnknownPaperError(message) if answer["unknown"] else SourceError(message)

    async def close(self) -> None:
        """End the processes; what they read is given up."""
        self._closed = True
        while self._idle:
            await end(self._idle.pop())

    async def _answer(self, request: bytes, name: str) -> dict[str, Any]:
        """Have one process answer, a new one where the system has killed that which waited."""
        if self._idle:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                return await self._answer_of(self._idle.pop(), request, name)
        try:
            return await self._answer_of(await start(self._worker), request, name)
        except (asyncio.IncompleteReadError, OSError) as error:  # it took more memory than it may, or did not start
            raise unreadable(name) from error

    async def _answer_of(self, process: Process, request: bytes, name: str) -> dict[str, Any]:
        """Return what a process answers; it is killed unless it answers in time."""
        answered = False
        try:
            async with asyncio.timeout(self._seconds):
                answer: dict[str, Any] = json.loads(await _exchange(process, request))
            answered = True
        except TimeoutError as error:
            raise too_long(name) from error
        finally:
            if answered and not self._closed:
                self._idle.append(process)
            else:
                await end(process)
        return answer


async def _exchange(process: Process, request: bytes) -> bytes:
    assert process.stdin
    assert process.stdout
    process.stdin.write(request)
    await process.stdin.drain()
    return await next_frame(process.stdout)
