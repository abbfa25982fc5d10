"""Finds come by what the team accepted and rejected, as soon as it has decided enough; every decision counts once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.candidate import Candidate
from bot.domain.score import LEAST_DECISIONS, ScoreFeature
from bot.services.feeds.scoring import Scoring
from bot.services.papers.expiry import Expiry
from bot.services.papers.inbox import Inbox
from bot.services.papers.library import Library
from bot.services.papers.submitter import Submitter
from bot.store import candidates
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.samples import paper
from tests.stores import sqlite_file

HANAKO = Submitter("花子", "discord:2", "ja", is_curator=True)


@pytest.fixture
def inbox(database: Database, clock: AdjustableClock) -> Inbox:
    return Inbox(database, clock)


@pytest.fixture
def scoring(database: Database) -> Scoring:
    return Scoring(database)


class Team:
    """Brings finds into the inbox and decides on them."""

    def __init__(self, database: Database, clock: AdjustableClock, workspace: int, inbox: Inbox) -> None:
        self.database, self.clock, self.workspace, self.inbox = database, clock, workspace, inbox
        self.found = 0

    async def find(self, title: str, proposer: str | None = None, **fields: object) -> int:
        self.found += 1
        self.clock.advance(seconds=1)
        found = paper(self.found, title=f"{title} {self.found}", **fields)
        async with self.database.write() as connection:
            return await candidates.add(
                connection, self.workspace, candidates.NewProposal({}, found, proposer, proposer), self.clock()
            )

    async def decide(self, decisions: int = LEAST_DECISIONS) -> list[int]:
        """Accept every fourth find, those on diffusion, and reject surveys."""
        numbers = [await self.find("Survey" if n % 4 else "Diffusion") for n in range(decisions)]
        for n, number in enumerate(numbers):
            if n % 4:
                await self.inbox.reject(self.workspace, number, HANAKO)
            else:
                await self.inbox.accept(self.workspace, number, HANAKO)
        return numbers

    async def waiting(self) -> list[Candidate]:
        return await self.inbox.waiting(self.workspace)

    async def scores(self) -> dict[int, tuple[float | None, tuple[ScoreFeature, ...]]]:
        return {each.number: (each.score, each.reasons) for each in await self.waiting()}


@pytest.fixture
def team(database: Database, clock: AdjustableClock, workspace: int, inbox: Inbox) -> Team:
    return Team(database, clock, workspace, inbox)


async def test_finds_most_like_the_accepted_ones_come_first_and_say_why(team: Team, scoring: Scoring) -> None:
    await team.decide()
    disliked, liked, unknown = [await team.find(title) for title in ("A survey", "Diffusion", "Something")]
    await scoring.update()
    waiting = await team.waiting()
    assert [each.number for each in waiting] == [liked, unknown, disliked]
    assert waiting[0].reasons == (ScoreFeature("Diffusion", True),)
    assert waiting[-1].reasons == (ScoreFeature("survey", False),)


async def test_with_fewer_decisions_finds_come_by_date_and_the_inbox_says_so(
    team: Team, scoring: Scoring, inbox: Inbox, workspace: int
) -> None:
    numbers = await team.decide(LEAST_DECISIONS - 1)
    older, newer = await team.find("Diffusion"), await team.find("Survey")
    await scoring.update()
    assert [(each.number, each.score) for each in await team.waiting()] == [(newer, None), (older, None)]
    message = await inbox.order_message(workspace)
    assert message and "19" in message.text("en") and "20" in message.text("ja")
    await inbox.reject(workspace, newer, HANAKO)
    await scoring.update()
    assert all(score is not None for score, _ in (await team.scores()).values())
    assert await inbox.order_message(workspace) is None
    await inbox.undo(workspace, HANAKO, numbers[-1])
    await scoring.update()
    assert set((await team.scores()).values()) == {(None, ())}


async def test_a_decision_that_is_taken_back_leaves_no_trace_in_the_scores(
    team: Team, scoring: Scoring, inbox: Inbox, workspace: int
) -> None:
    await team.decide()
    for title in ("Diffusion", "Diffusion survey"):
        await team.find(title)
    robots = [await team.find("Robots") for _ in range(5)]
    await scoring.update()
    before = await team.scores()
    for decide in (inbox.accept, inbox.reject):
        for number in robots[1:]:
            await decide(workspace, number, HANAKO)
        await scoring.update()
        assert (await team.scores())[robots[0]] != before[robots[0]]
        for number in robots[1:]:
            await inbox.undo(workspace, HANAKO, number)
        await scoring.update()
        assert await team.scores() == before


async def test_what_was_learned_bit_by_bit_is_what_a_new_process_learns_at_once(
    team: Team, scoring: Scoring, inbox: Inbox, library: Library, database: Database, workspace: int
) -> None:
    numbers = await team.decide()
    for title in ("Diffusion", "Robots", "Survey"):
        await team.find(title)
        await scoring.update()
    await inbox.undo(workspace, HANAKO, numbers[3])
    await scoring.update()
    await inbox.accept(workspace, numbers[3], HANAKO)
    await library.add(workspace, paper(500, title="Robots"), "花子")
    await scoring.update()
    known = await team.scores()
    await Scoring(database).update()
    assert await team.scores() == known


async def test_the_collection_and_its_authors_count(team: Team, scoring: Scoring, library: Library) -> None:
    await team.decide()
    number = await team.find("Something else", authors=["Ada Lovelace"])
    await scoring.update()
    before = (await team.scores())[number][0]
    await library.add(team.workspace, paper(500, title="Engines", authors=["Lovelace, Ada"]), "花子")
    await scoring.update()
    score, reasons = (await team.scores())[number]
    assert score and before and score > before
    assert reasons == (ScoreFeature("Ada Lovelace", True),)


async def test_what_expired_counts_for_nothing(team: Team, scoring: Scoring, inbox: Inbox) -> None:
    await team.decide()
    expiring = await team.find("Robots")
    team.clock.advance(days=31)
    number = await team.find("Robots")
    await scoring.update()
    before = (await team.scores())[number]
    await Expiry(team.database, team.clock, timedelta(days=30)).run_if_due()
    await scoring.update()
    assert await team.scores() == {number: before}
    assert expiring not in {each.number for each in await team.waiting()}


async def test_a_proposal_has_no_score_and_counts_when_it_is_decided_on(
    team: Team, scoring: Scoring, inbox: Inbox, workspace: int
) -> None:
    await team.decide()
    found = await team.find("Robots")
    proposals = [await team.find("Robots", "太郎") for _ in range(5)]
    await scoring.update()
    before = await team.scores()
    score = before[found][0]
    assert score and {before[number] for number in proposals} == {(None, ())}
    for number in proposals:
        await inbox.reject(workspace, number, HANAKO)
    await scoring.update()
    after = (await team.scores())[found][0]
    assert after is not None and after < score


@sqlite_file
async def test_nothing_is_written_while_nothing_changes(team: Team, scoring: Scoring, database: Database) -> None:
    await team.decide()
    await team.find("Diffusion")
    await scoring.update()
    async with database.read() as connection:
        before = (await connection.exec_driver_sql("PRAGMA data_version")).scalar()
        await scoring.update()
        assert (await connection.exec_driver_sql("PRAGMA data_version")).scalar() == before


async def test_an_update_that_was_cut_short_is_done_by_the_next(
    team: Team, scoring: Scoring, database: Database
) -> None:
    await team.decide()
    for n in range(60):
        await team.find("Diffusion" if n % 2 else "Survey")
    for patience in range(12):
        cut = asyncio.create_task(scoring.update())
        for _ in range(patience * 20):
            await asyncio.sleep(0)
        cut.cancel()
        await asyncio.wait((cut,))
    await scoring.update()
    known = await team.scores()
    assert None not in {score for score, _ in known.values()}
    await Scoring(database).update()
    assert await team.scores() == known


async def test_two_updates_at_once_take_turns(team: Team, scoring: Scoring) -> None:
    await team.decide()
    number = await team.find("Diffusion")
    await asyncio.gather(*(scoring.update() for _ in range(5)))
    known = await team.scores()
    await scoring.update()
    assert await team.scores() == known and known[number][0]


async def test_a_decision_changes_the_order_soon(team: Team, scoring: Scoring, clock: AdjustableClock) -> None:
    await team.decide()
    number = await team.find("Diffusion")
    scoring.update_soon()
    scoring.update_soon()
    async with asyncio.timeout(10):
        while not (await team.scores())[number][0]:
            await asyncio.sleep(0.05)
    scoring.update_soon()
    await scoring.close()
