"""Notes what a source says of a paper now: updates, and a venue or code that the paper lacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain.dates import PaperDate
from bot.domain.paper import Paper
from bot.domain.paper_update import Update, joined
from bot.domain.publication import Publication, completed, updates_since
from bot.services.papers.library import Write, write_papers
from bot.store import follow_ups, history, paper_checks, papers
from bot.store.connection import StoreConnection
from bot.store.paper_checks import CheckedSource, DueCheck
from bot.store.papers import columns_of

SOURCE_NAMES: dict[CheckedSource, str] = {"arxiv": "arXiv", "crossref": "Crossref"}
_YEAR = timedelta(days=365)
# Time between two looks at a paper by its age. A quarter of a day less, because looks are taken at night only.
_INTERVALS = ((_YEAR, 7), (3 * _YEAR, 30))
_LONGEST_INTERVAL, _MARGIN = 90, timedelta(hours=6)
# A source that told nothing when a paper was added may know more after this time, even if it was never asked since.
_SETTLED = timedelta(days=30)
_log = structlog.get_logger()


async def note(
    connection: StoreConnection,
    source: CheckedSource,
    check: DueCheck,
    publication: Publication,
    now: datetime,
    day: PaperDate,
) -> Sequence[Update]:
    """Record a look at a paper in the caller's transaction; write on the paper what it brought, and return the updates.

    The first look brings no updates but retractions. What was once there and was taken away does not come back.
    """
    paper = (await papers.by_numbers(connection, check.workspace_id, [check.number])).get(check.number)
    if paper is None:  # removed meanwhile
        return ()
    last = await paper_checks.last(connection, source, check)
    await paper_checks.save(connection, source, check, publication, now, _due_after(paper, now))
    is_settled = paper.added_at is not None and paper.added_at < now - _SETTLED
    news = updates_since(last, publication, paper, day)
    before = last or (Publication() if is_settled else publication)
    new, former = completed(paper, before, publication, ()), list[Paper]()
    if news or new != paper:
        former = await history.former_versions(connection, check.workspace_id, paper.id)
        new = completed(paper, before, publication, former)
    updates = [update for update in news if not any(_is_known(update, version) for version in (paper, *former))]
    if updates or new.content != paper.content:
        await _write(connection, source, check, paper, new, updates, now)
    return updates


async def _write(
    connection: StoreConnection,
    source: CheckedSource,
    check: DueCheck,
    paper: Paper,
    new: Paper,
    updates: Sequence[Update],
    now: datetime,
) -> None:
    is_edit = new.content != paper.content
    after = replace(
        new,
        added_at=paper.added_at,
        added_by=paper.added_by,
        updated_at=now if is_edit else paper.updated_at,
        updates=joined(paper.updates, updates),
    )
    name = SOURCE_NAMES[source]
    change = await history.open_change(connection, check.workspace_id, "edit", now, name, f"source:{source}")
    await write_papers(connection, check.workspace_id, change, [Write(paper.id, check.number, columns_of(after))])
    await follow_ups.add(connection, check.workspace_id, check.number, updates, now)
    kinds = [update.kind for update in updates]
    _log.info("paper updated by its source", paper=paper.id, source=name, updates=kinds, workspace=check.workspace_id)


def _is_known(update: Update, version: Paper) -> bool:
    key = (update.kind, update.value, update.url)
    return any((each.kind, each.value, each.url) == key for each in version.updates)


def _due_after(paper: Paper, now: datetime) -> datetime:
    """Return when a paper is looked at again: a young one after a week, an old one after three months."""
    published = paper.date and datetime(paper.date.year, paper.date.month or 1, paper.date.day or 1, tzinfo=now.tzinfo)
    age = now - (published or paper.added_at or now)
    days = next((days for limit, days in _INTERVALS if age < limit), _LONGEST_INTERVAL)
    return now + timedelta(days=days) - _MARGIN
