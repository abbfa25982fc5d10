"""Candidates: papers that somebody proposed or a feed brought, on which curators decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, exists, func, insert, select, update

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper, identity_keys, link_keys, title_key
from bot.domain.score import ScoreFeature
from bot.store.connection import StoreConnection
from bot.store.database import batched, iso
from bot.store.dialect import upsert
from bot.store.feed_schema import candidate_feeds, feeds
from bot.store.papers import columns_of, paper_from
from bot.store.schema import candidate_keys, candidates, paper_keys

IS_FIND: ColumnElement[bool] = (
    candidates.c.proposed_by.is_(None) & candidates.c.proposer.is_(None) & candidates.c.paper.is_not(None)
)
# By its ids or by a link other than to code; papers of one title may be different ones.
_IS_KNOWN = exists().where(
    candidate_keys.c.number == candidates.c.number,
    candidate_keys.c.key.not_like("title:%"),
    paper_keys.c.workspace_id == candidate_keys.c.workspace_id,
    paper_keys.c.key == candidate_keys.c.key,
)
_WAITS: tuple[ColumnElement[bool], ...] = (candidates.c.decision.is_(None), ~(IS_FIND & _IS_KNOWN))
# Not put off first; proposals before finds, oldest first; finds by score, then newest first; what was put off last.
_ORDER = (
    candidates.c.later_at.is_not(None),
    candidates.c.later_at.nulls_first(),
    case((IS_FIND, 1), else_=0),
    case((IS_FIND, candidates.c.score)).desc().nulls_last(),
    case((IS_FIND, candidates.c.proposed_at)).desc().nulls_last(),
    case((IS_FIND, -candidates.c.number), else_=candidates.c.number),
)

# Built once: building them takes longer than SQLite takes to answer.
_NUMBERS_WITH_KEYS = select(candidate_keys.c.number).where(
    candidate_keys.c.workspace_id == bindparam("workspace"), candidate_keys.c.key.in_(bindparam("keys", expanding=True))
)
_WITH_KEYS = select(candidates).where(candidates.c.number.in_(_NUMBERS_WITH_KEYS))
_UNDECIDED_WITH_KEYS = _WITH_KEYS.where(candidates.c.decision.is_(None)).order_by(candidates.c.number)
_INSERT = insert(candidates).returning(candidates.c.number)
INSERT_KEYS = upsert(candidate_keys).on_conflict_do_nothing()


class NewProposal(NamedTuple):
    """A paper with the form in which somebody proposed it; `by` is their name, `proposer` their id."""

    form: dict[str, Any]
    paper: Paper
    by: str | None = None
    proposer: str | None = None
    locale: str | None = None

    def columns(self, now: datetime) -> dict[str, Any]:
        """Return the proposal as table columns."""
        return {
            "form": self.form,
            "paper": columns_of(self.paper),
            "proposed_by": self.by,
            "proposer": self.proposer,
            "locale": self.locale,
            "proposed_at": iso(now),
        }


async def add(connection: StoreConnection, workspace_id: int, proposal: NewProposal, now: datetime) -> int:
    """Insert a proposal and return its number."""
    values = {"workspace_id": workspace_id, **proposal.columns(now)}
    number: int = (await connection.execute(_INSERT, values)).scalar_one()
    is_find = proposal.by is None and proposal.proposer is None
    await _add_keys(connection, workspace_id, number, proposal.paper, is_find=is_find)
    return number


async def take_over(
    connection: StoreConnection, workspace_id: int, number: int, proposal: NewProposal, now: datetime
) -> None:
    """Make a feed's waiting find somebody's proposal: the paper as that person wrote it; the feeds stay named."""
    values = {**proposal.columns(now), "later_at": None, "score": None, "reasons": None}
    await connection.execute(update(candidates).where(*one(workspace_id, number)).values(values))
    await _add_keys(connection, workspace_id, number, proposal.paper, is_find=False)


async def undecided(connection: StoreConnection, workspace_id: int, keys: Iterable[str]) -> list[Candidate]:
    """Return the candidates with one of these keys on which nobody decided, oldest first."""
    values = {"workspace": workspace_id, "keys": list(keys)}
    return [candidate_from(row) for row in await connection.execute(_UNDECIDED_WITH_KEYS, values)]


async def get(connection: StoreConnection, workspace_id: int, number: int) -> Candidate | None:
    """Return the candidate of that number, whether it waits or was decided on."""
    row = (await connection.execute(select(candidates).where(*one(workspace_id, number)))).first()
    return (await _with_feeds(connection, [candidate_from(row)]))[0] if row else None


async def waiting(connection: StoreConnection, workspace_id: int, limit: int | None = None) -> list[Candidate]:
    """Return the waiting candidates in the order in which they are decided on.

    A feed's find does not wait while the collection has its paper.
    """
    query = select(candidates).where(*_waits(workspace_id)).order_by(*_ORDER)
    if limit is not None:  # sorted without their papers, which makes most of a row
        numbers = select(candidates.c.number).where(*_waits(workspace_id)).order_by(*_ORDER).limit(limit)
        query = select(candidates).where(candidates.c.number.in_(numbers)).order_by(*_ORDER)
    return await _with_feeds(connection, [candidate_from(row) for row in await connection.execute(query)])


async def workspaces_with_finds(connection: StoreConnection) -> list[int]:
    """Return the workspaces in which finds wait."""
    query = select(candidates.c.workspace_id).where(candidates.c.decision.is_(None), IS_FIND).distinct()
    return list(await connection.scalars(query))


async def of_proposer(connection: StoreConnection, workspace_id: int, proposer: str) -> list[Candidate]:
    """Return somebody's waiting proposals, newest first."""
    conditions = (*_waits(workspace_id), candidates.c.proposer == proposer)
    query = select(candidates).where(*conditions).order_by(candidates.c.number.desc())
    return [candidate_from(row) for row in await connection.execute(query)]


async def count(connection: StoreConnection, workspace_id: int) -> int:
    """Return how many candidates wait."""
    query = select(func.count()).select_from(candidates).where(*_waits(workspace_id))
    return int((await connection.execute(query)).scalar_one())


async def count_all(connection: StoreConnection) -> int:
    """Return how many candidates of all workspaces wait."""
    query = select(func.count()).select_from(candidates).where(*_WAITS)
    return int((await connection.execute(query)).scalar_one())


def one(workspace_id: int, number: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the candidate of that number."""
    return candidates.c.workspace_id == workspace_id, candidates.c.number == number


def candidate_from(row: Row[Any]) -> Candidate:
    """Return the candidate of a row, without the feeds that found it."""
    return Candidate(
        number=row.number,
        form=row.form,
        proposed_by=row.proposed_by,
        proposer=row.proposer,
        proposed_at=datetime.fromisoformat(row.proposed_at),
        paper=paper_from(row.paper) if row.paper else None,
        locale=row.locale,
        decision=row.decision,
        decided_at=_moment(row.decided_at),
        decided_by=row.decided_by,
        decider=row.decider,
        change_id=row.change_id,
        later_at=_moment(row.later_at),
        score=row.score,
        reasons=tuple(ScoreFeature(*each) for each in row.reasons or ()),
    )


def _waits(workspace_id: int) -> tuple[ColumnElement[bool], ...]:
    return candidates.c.workspace_id == workspace_id, *_WAITS


async def _with_feeds(connection: StoreConnection, found: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates with the names of the feeds that found them, the first finder first."""
    names: dict[int, list[str]] = {}
    for batch in batched([each.number for each in found]):
        for number, name in await connection.execute(_names_of_feeds(batch)):
            names.setdefault(number, []).append(name)
    return [replace(each, feeds=tuple(names.get(each.number, ()))) for each in found]


def _names_of_feeds(numbers: Collection[int]) -> Select[Any]:
    return (
        select(candidate_feeds.c.number, feeds.c.name)
        .join(feeds, feeds.c.id == candidate_feeds.c.feed_id)
        .where(candidate_feeds.c.number.in_(numbers))
        .order_by(candidate_feeds.c.day, feeds.c.name)
    )


async def _add_keys(
    connection: StoreConnection, workspace_id: int, number: int, paper: Paper, *, is_find: bool
) -> None:
    """Insert a candidate's keys; a proposal of nothing but code is found again by its link to that."""
    found = find_keys(paper) if is_find else dict.fromkeys((*find_keys(paper), *link_keys(paper)))
    keys = [{"workspace_id": workspace_id, "key": key, "number": number} for key in found]
    await connection.execute(INSERT_KEYS, keys)


def find_keys(paper: Paper) -> list[str]:
    """Return the keys by which a candidate's work is found again: its ids, title, and links other than to code."""
    pages = replace(paper, links=tuple(link for link in paper.links if not link.is_code))
    return list(dict.fromkeys((*identity_keys(paper), *link_keys(pages), title_key(paper.title))))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
