"""The scores of feeds' finds, and what they are learned from: decisions and the collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, select, update

from bot.domain.paper import Paper
from bot.domain.score import Score, ScoreFeature
from bot.store.candidates import IS_FIND
from bot.store.connection import StoreConnection
from bot.store.papers import paper_from
from bot.store.schema import candidates, papers


class CandidateNumbers(NamedTuple):
    """The numbers of decided candidates and of waiting finds, joined by commas: thousands are compared like one."""

    accepted: str = ""
    rejected: str = ""
    waiting: str = ""


async def count_decisions(connection: StoreConnection, workspace_id: int, most: int) -> int:
    """Return how many candidates were accepted or rejected, at most that many."""
    query = select(candidates.c.number).where(*_is_decided(workspace_id)).limit(most)
    return int((await connection.execute(select(func.count()).select_from(query.subquery()))).scalar_one())


async def numbers_of(connection: StoreConnection, workspace_id: int, most: int) -> CandidateNumbers:
    """Return the newest candidates that were accepted or rejected, and all finds that wait."""
    newest = (
        select(candidates.c.decision, candidates.c.number)
        .where(*_is_decided(workspace_id))
        .order_by(candidates.c.number.desc())
        .limit(most)
        .subquery()
    )
    query = select(newest.c.decision, _joined(newest.c.number).label("numbers")).group_by(newest.c.decision)
    decided = {row.decision: row.numbers for row in await connection.execute(query)}
    waiting = select(_joined(candidates.c.number)).where(*_waits(workspace_id))
    return CandidateNumbers(**decided, waiting=(await connection.execute(waiting)).scalar() or "")


async def papers_of_candidates(
    connection: StoreConnection, workspace_id: int, numbers: Iterable[int]
) -> dict[int, Paper]:
    """Return candidates' papers by number, without those of proposals that hold only a form."""
    conditions = (candidates.c.workspace_id == workspace_id, candidates.c.number.in_(list(numbers)))
    query = select(candidates.c.number, candidates.c.paper).where(*conditions)
    return {number: paper_from(paper) for number, paper in await connection.execute(query) if paper}


async def collection_versions(connection: StoreConnection, workspace_id: int, most: int) -> dict[int, str]:
    """Return when each of the newest papers of a collection was changed last, by number."""
    query = select(papers.c.number, papers.c.updated_at).where(papers.c.workspace_id == workspace_id)
    rows = await connection.execute(query.order_by(papers.c.number.desc()).limit(most))
    return {row.number: row.updated_at for row in rows}


async def scores_of_finds(
    connection: StoreConnection, workspace_id: int, numbers: Iterable[int]
) -> dict[int, Score | None]:
    """Return the scores of finds as they are kept, by number."""
    conditions = (*_waits(workspace_id), candidates.c.number.in_(list(numbers)))
    query = select(candidates.c.number, candidates.c.score, candidates.c.reasons).where(*conditions)
    return {
        number: None if score is None else Score(score, tuple(ScoreFeature(*each) for each in reasons or ()))
        for number, score, reasons in await connection.execute(query)
    }


async def has_scores(connection: StoreConnection, workspace_id: int) -> bool:
    """Return whether any waiting find has a score."""
    query = select(candidates.c.number).where(*_waits(workspace_id), candidates.c.score.is_not(None)).limit(1)
    return (await connection.execute(query)).first() is not None


async def clear(connection: StoreConnection, workspace_id: int) -> None:
    """Forget the scores of the waiting finds."""
    statement = update(candidates).where(*_waits(workspace_id), candidates.c.score.is_not(None))
    await connection.execute(statement.values(score=None, reasons=None))


async def write(connection: StoreConnection, workspace_id: int, scores: Mapping[int, Score]) -> None:
    """Keep the scores of finds that still wait, by number."""
    statement = update(candidates).where(*_waits(workspace_id), candidates.c.number == bindparam("of"))
    values = [
        {"of": number, "score": score.value, "reasons": [list(each) for each in score.reasons]}
        for number, score in scores.items()
    ]
    await connection.execute(statement.values(score=bindparam("score"), reasons=bindparam("reasons")), values)


def _joined(number: ColumnElement[int]) -> ColumnElement[str]:
    return func.aggregate_strings(cast(number, Text), ",").aggregate_order_by(number)


def _is_decided(workspace_id: int) -> tuple[ColumnElement[bool], ...]:
    return candidates.c.workspace_id == workspace_id, candidates.c.decision.in_(("accepted", "rejected"))


def _waits(workspace_id: int) -> tuple[ColumnElement[bool], ...]:
    return candidates.c.workspace_id == workspace_id, candidates.c.decision.is_(None), IS_FIND
