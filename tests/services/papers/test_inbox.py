"""A proposal keeps the finished paper: the inbox needs only the store, and accepting saves exactly what was shown."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert

from bot.domain.candidate import proposed_paper
from bot.domain.draft import Draft
from bot.domain.errors import NotFoundError
from bot.services.papers.inbox import Inbox
from bot.services.papers.library import Library
from bot.services.papers.outcomes import Proposed
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.store.database import Database
from bot.store.schema import candidates
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

TARO = Submitter("太郎", "discord:1", "ja", is_curator=False)
HANAKO = Submitter("花子", "discord:2", "ja", is_curator=True)
JIRO = Submitter("次郎", "discord:3", "ja", is_curator=True)


@pytest.fixture
def inbox(database: Database, clock: AdjustableClock) -> Inbox:
    return Inbox(database, clock)


@pytest.fixture
async def number(database: Database, clock: AdjustableClock, workspace: int) -> int:
    proposed = await Submission(database, clock, "curators").add(workspace, Draft("2401.00001"), paper(1), TARO)
    assert isinstance(proposed, Proposed)
    return proposed.number


async def test_what_was_shown_when_it_was_proposed_is_what_is_accepted(
    inbox: Inbox, workspace: int, number: int
) -> None:
    candidate, added = await inbox.accept(workspace, number, HANAKO)
    assert (added.paper.content, added.paper.added_by, added.is_new) == (paper(1).content, "太郎", True)
    assert (proposed_paper(candidate), candidate.locale) == (paper(1), "ja")
    assert await inbox.waiting(workspace) == []


async def test_accept_and_reject_at_once_end_as_one_of_the_two(
    inbox: Inbox, library: Library, workspace: int, number: int
) -> None:
    calls = [inbox.accept(workspace, number, HANAKO), inbox.reject(workspace, number, HANAKO)]
    calls += [inbox.accept(workspace, number, JIRO), inbox.reject(workspace, number, HANAKO)]
    decisions = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(each, NotFoundError) for each in decisions].count(False) == 1
    was_accepted = any(isinstance(each, tuple) for each in decisions)
    assert len(await library.history(workspace)) == was_accepted


async def test_a_paper_that_came_meanwhile_is_told_apart_from_one_that_was_added(
    inbox: Inbox, library: Library, workspace: int, number: int
) -> None:
    there = (await library.add(workspace, paper(1), "花子")).paper
    _, added = await inbox.accept(workspace, number, HANAKO)
    assert (added.paper, added.is_new) == (there, False)


@pytest.mark.parametrize("number", [2**70, -1, 0, 77])
async def test_a_number_of_nothing_is_refused_in_a_sentence(inbox: Inbox, workspace: int, number: int) -> None:
    for decide in (
        inbox.get(workspace, number, HANAKO),
        inbox.accept(workspace, number, HANAKO),
        inbox.reject(workspace, number, HANAKO),
    ):
        with pytest.raises(NotFoundError, match="There is no candidate"):
            await decide


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ({"source": "2307.08621", "title": "RetNet", "headline": "見出し"}, "RetNet"),
        ({"source": "2307.08621"}, "https://arxiv.org/abs/2307.08621"),
        ({"source": "2307.08621", "title": "T", "date": "no date"}, "https://arxiv.org/abs/2307.08621"),
    ],
)
async def test_a_proposal_of_before_papers_were_kept_is_built_of_what_was_typed(
    database: Database, inbox: Inbox, workspace: int, typed: dict[str, str], title: str
) -> None:
    columns = {"workspace_id": workspace, "form": typed, "proposed_at": "2026-01-01T00:00:00+00:00"}
    async with database.write() as connection:
        await connection.execute(insert(candidates).values(columns))
    [candidate] = await inbox.waiting(workspace)
    assert proposed_paper(candidate).title == title
    _, added = await inbox.accept(workspace, candidate.number, HANAKO)
    assert added.paper.identifiers.arxiv == "2307.08621"
