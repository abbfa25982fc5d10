"""Looks at the papers of all collections again in their sources: a batch a night, within each source's limits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import random
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.domain.dates import PaperDate
from bot.domain.errors import NotFoundError, SourceBusyError, SourceError, UnknownPaperError
from bot.domain.paper_update import Update
from bot.domain.publication import Publication
from bot.domain.quiet_hours import QuietHours, quiet_hours_at
from bot.i18n import Message, msg
from bot.services.cancellation import uncancellable
from bot.services.lazy_sources import LazySources
from bot.services.papers.paper_updates import SOURCE_NAMES, note
from bot.services.ports import Clock
from bot.store import paper_checks, papers
from bot.store.database import Database
from bot.store.paper_checks import CheckedSource, DueCheck

MOST: dict[CheckedSource, int] = {"arxiv": 2000, "crossref": 300}  # papers a night
_BATCH = 100  # papers taken at once; arXiv is asked for all of them in one request
_SPREAD = timedelta(minutes=20)  # within which a night's first request leaves: not all bots ask at the same moment
_IDLE = timedelta(minutes=20)
_LONGEST = timedelta(hours=1)  # of a look that somebody asks for
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


@dataclass(slots=True)
class CheckReport:
    """Which papers were looked at (numbers), what was noted (paper id, update), and which sources gave trouble."""

    looked: set[int] = field(default_factory=set)
    noted: list[tuple[str, Update]] = field(default_factory=list)
    troubles: list[Message] = field(default_factory=list)


class UpdateChecks:
    """Looks at papers that are due; what was done is recorded after each request, so an interruption repeats one.

    Papers that are added at night wait for the next one: whoever adds them has just asked the sources, and whoever adds
    more must not wait for a turn at arXiv behind a look at these.
    """

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
        night = quiet_hours_at(now, self._zone)
        if night and now >= max(night.start + self._delay, self._idle_until or night.start):
            await self._run(night, added_until=night.start)
            self._idle_until = self._clock() + _IDLE

    async def run_now(self, workspace_id: int, id: str | None = None) -> CheckReport:
        """Look at what is due at any hour, or at one paper whether it is due or not. Raises NotFoundError."""
        now = self._clock()
        night = QuietHours(now, now + _LONGEST)
        if id is None:
            return await self._run(night)
        async with self._database.write() as connection:
            rows = await papers.by_ids(connection, workspace_id, [id])
            if id not in rows:
                raise NotFoundError(msg('No paper has the id "{id}".', id=id[:80]))
            await paper_checks.make_due(connection, rows[id][0], now)
        return await self._run(night, rows[id][0])

    async def _run(
        self, night: QuietHours, number: int | None = None, added_until: datetime | None = None
    ) -> CheckReport:
        """Look at what is due until nothing is, the night's number of papers is reached, or the night ends."""
        report = CheckReport()
        for source in MOST:
            while self._may_ask(source, night) and (due := await self._take(source, night, number, added_until)):
                await (self._ask_arxiv if source == "arxiv" else self._ask_crossref)(due, night, report)
        return report

    def _may_ask(self, source: CheckedSource, night: QuietHours) -> bool:
        now = self._clock()
        return now < night.end and self._resting_until.get(source, now) <= now

    @uncancellable
    async def _take(
        self, source: CheckedSource, night: QuietHours, number: int | None, added_until: datetime | None
    ) -> list[DueCheck]:
        async with self._database.write() as connection:
            now = self._clock()
            left = MOST[source] - await paper_checks.count_since(connection, source, night.start)
            if left <= 0:
                return []
            most = min(left, _BATCH)
            return await paper_checks.take_due(connection, source, now, now + _TAKEN, most, number, added_until)

    async def _ask_arxiv(self, due: Sequence[DueCheck], night: QuietHours, report: CheckReport) -> None:
        sources = await self._sources.get()
        try:
            found = await sources.arxiv_publications(list(dict.fromkeys(check.id for check in due)))
        except SourceError as error:
            await self._put_off("arxiv", due, error)
            self._rest("arxiv", night, error, report)
        else:
            await self._record("arxiv", due, found, report)

    async def _ask_crossref(self, due: Sequence[DueCheck], night: QuietHours, report: CheckReport) -> None:
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
                await self._put_off("crossref", [check], error)
                if failures == _MOST_FAILURES or isinstance(error, SourceBusyError):
                    self._rest("crossref", night, error, report)
                continue
            failures = 0
            await self._record("crossref", [check], found, report)
            await asyncio.sleep(self._pause)

    @uncancellable
    async def _record(
        self, source: CheckedSource, due: Sequence[DueCheck], found: Mapping[str, Publication], report: CheckReport
    ) -> None:
        """Note what was found; papers that the source does not know are left alone for longer."""
        async with self._database.write() as connection:
            now = self._clock()
            local = now.astimezone(self._zone)
            day = PaperDate(local.year, local.month, local.day)
            for check in due:
                if check.id in found:
                    updates = await note(connection, source, check, found[check.id], now, day)
                    report.noted += [(check.paper_id, update) for update in updates]
                else:
                    await paper_checks.save(connection, source, check, None, now, now + _AFTER_UNKNOWN)
        report.looked |= {check.number for check in due}

    @uncancellable
    async def _put_off(self, source: CheckedSource, due: Sequence[DueCheck], error: SourceError) -> None:
        """Leave papers for a later night after a failure; those of a source that asks for a pause are not to blame."""
        if not isinstance(error, SourceBusyError):
            async with self._database.write() as connection:
                await paper_checks.put_off(connection, source, due, self._clock() + _AFTER_FAILURE)

    def _rest(self, source: CheckedSource, night: QuietHours, error: SourceError, report: CheckReport) -> None:
        """Leave a source alone for the night: it asks for a pause, or fails."""
        self._resting_until[source] = night.end
        report.troubles.append(error.message)
        _log.info("papers are not looked at for now", source=SOURCE_NAMES[source], reason=str(error))
