"""Looks at the papers of all collections again in their sources: a batch a night, within each source's manners."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import random
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.domain.dates import PaperDate
from bot.domain.errors import SourceBusyError, SourceError, UnknownPaperError
from bot.domain.night import Night, night_at
from bot.domain.publication import Publication
from bot.services.cancellation import uncancellable
from bot.services.lazy_sources import LazySources
from bot.services.papers.paper_updates import SOURCE_NAMES, note
from bot.services.ports import Clock
from bot.store import paper_checks
from bot.store.database import Database
from bot.store.paper_checks import CheckedSource, DueCheck

MOST: dict[CheckedSource, int] = {"arxiv": 2000, "crossref": 300}  # papers a night
SLICE = 100  # papers taken at once; arXiv is asked for all of them in one request
_SPREAD = timedelta(minutes=20)  # within which a night's first request leaves: not all bots ask at the same moment
_IDLE = timedelta(minutes=20)
_PAUSE = 1.0  # seconds between two requests to Crossref, which allows 5 a second
_TAKEN, _AFTER_FAILURE, _AFTER_UNKNOWN = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
_MOST_FAILURES = 3  # in a row, after which a source is left alone for the night
_log = structlog.get_logger()


class PublicationSource(Protocol):
    """Where papers' publication is told of."""

    async def arxiv_publications(self, ids: Sequence[str]) -> Mapping[str, Publication]:
        """Return what arXiv says of at most 100 papers, by id. Raises SourceError."""

    async def crossref_publication(self, doi: str) -> Publication:
        """Return what Crossref says of a DOI. Raises SourceError."""

    async def close(self) -> None:
        """Close all connections."""


class UpdateChecks:
    """Looks at papers that are due; what was done is recorded after each request, so an interruption repeats one."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        sources: LazySources[PublicationSource],
        pause: float = _PAUSE,
        spread: timedelta = _SPREAD,
    ) -> None:
        self._database, self._clock, self._zone, self._sources, self._pause = database, clock, zone, sources, pause
        self._delay = spread * random()
        self._idle_until: datetime | None = None
        self._resting_until: dict[CheckedSource, datetime] = {}

    async def run_if_due(self) -> None:
        """At night, look at what is due; after the night's last paper, hardly anything is done until the next night."""
        now = self._clock()
        night = night_at(now, self._zone)
        if night and now >= max(night.start + self._delay, self._idle_until or night.start):
            await self.run(night)
            self._idle_until = self._clock() + _IDLE

    async def run(self, night: Night) -> None:
        """Look at what is due until nothing is, the night's number is reached, or the night ends."""
        for source in MOST:
            while self._may_ask(source, night):
                due = await self._take(source, night)
                if not due:
                    break
                await (self._ask_arxiv(due, night) if source == "arxiv" else self._ask_crossref(due, night))

    def _may_ask(self, source: CheckedSource, night: Night) -> bool:
        now = self._clock()
        return now < night.end and self._resting_until.get(source, now) <= now

    @uncancellable
    async def _take(self, source: CheckedSource, night: Night) -> list[DueCheck]:
        async with self._database.write() as connection:
            now = self._clock()
            left = MOST[source] - await paper_checks.count_since(connection, source, night.start)
            return (
                await paper_checks.take_due(connection, source, now, now + _TAKEN, min(left, SLICE)) if left > 0 else []
            )

    async def _ask_arxiv(self, due: Sequence[DueCheck], night: Night) -> None:
        sources = await self._sources.get()
        try:
            found = await sources.arxiv_publications(list(dict.fromkeys(check.id for check in due)))
        except SourceError as error:
            await self._put_off("arxiv", due, _AFTER_FAILURE, error, night, is_last=True)
            return
        await self._record("arxiv", due, found)

    async def _ask_crossref(self, due: Sequence[DueCheck], night: Night) -> None:
        sources, failures = await self._sources.get(), 0
        for check in due:
            if not self._may_ask("crossref", night):
                return
            try:
                found = {check.id: await sources.crossref_publication(check.id)}
            except UnknownPaperError:
                found = {}
            except SourceError as error:
                failures += 1
                is_last = failures == _MOST_FAILURES
                await self._put_off("crossref", [check], _AFTER_FAILURE, error, night, is_last=is_last)
                continue
            failures = 0
            await self._record("crossref", [check], found)
            await asyncio.sleep(self._pause)

    @uncancellable
    async def _record(self, source: CheckedSource, due: Sequence[DueCheck], found: Mapping[str, Publication]) -> None:
        """Note what was found; papers that the source does not know are left alone for longer."""
        async with self._database.write() as connection:
            now = self._clock()
            local = now.astimezone(self._zone)
            day = PaperDate(local.year, local.month, local.day)
            unknown = [check for check in due if check.id not in found]
            await paper_checks.put_off(connection, source, unknown, now + _AFTER_UNKNOWN)
            for check in due:
                if check.id in found:
                    await note(connection, source, check, found[check.id], now, day)

    @uncancellable
    async def _put_off(
        self,
        source: CheckedSource,
        due: Sequence[DueCheck],
        by: timedelta,
        error: SourceError,
        night: Night,
        *,
        is_last: bool,
    ) -> None:
        """Leave papers for later after a failure; a source that asks for a pause, or fails often, rests this night."""
        is_busy = isinstance(error, SourceBusyError)
        if is_last or is_busy:
            self._resting_until[source] = night.end
            _log.info("papers are not looked at for now", source=SOURCE_NAMES[source], reason=error.message.text("en"))
        if not is_busy:
            async with self._database.write() as connection:
                await paper_checks.put_off(connection, source, due, self._clock() + by)
