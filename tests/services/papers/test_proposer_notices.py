"""A proposer is told once, on their own platform and in their language, or the curator learns that they were not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.candidate import Candidate
from bot.services.papers.proposer_notices import ProposerNotices
from tests.doubles.clock import AdjustableClock
from tests.doubles.publisher import FakePublisher, FakeRenderer
from tests.samples import paper


@pytest.fixture
def publisher(clock: AdjustableClock) -> FakePublisher:
    return FakePublisher(clock)


@pytest.fixture
def notices(publisher: FakePublisher) -> ProposerNotices:
    notices = ProposerNotices("ja", {"slack": FakeRenderer(), "discord": FakeRenderer()}, pauses=(0.0, 0.0))
    notices.connect("slack", publisher)
    return notices


def candidate(clock: AdjustableClock, number: int = 7, **about: Any) -> Candidate:
    values = {"proposed_by": "太郎", "proposer": "slack:U1", "locale": "en"} | about
    return Candidate(number=number, form={}, proposed_at=clock(), paper=paper(1), **values)


async def problem_of(notices: ProposerNotices, proposal: Candidate) -> str:
    problem = await notices.tell(proposal, paper(1), "added")
    return problem.text("en") if problem else ""


async def test_a_proposer_reads_the_decision_in_their_language_or_else_in_the_settings(
    notices: ProposerNotices, publisher: FakePublisher, clock: AdjustableClock
) -> None:
    assert await problem_of(notices, candidate(clock, 7)) == ""
    assert await problem_of(notices, candidate(clock, 8, locale=None)) == ""
    english, japanese = (each.payload["text"] for each in publisher.posted)
    assert english == "Your proposal was added to the papers:"
    assert japanese == "提案した論文が追加されました:"
    assert {each.channel for each in publisher.posted} == {"slack:U1"}


async def test_somebody_who_belongs_to_no_chat_platform_is_not_told_and_that_is_no_problem(
    notices: ProposerNotices, publisher: FakePublisher, clock: AdjustableClock
) -> None:
    for proposer in (None, "terminal:hanako"):
        assert await problem_of(notices, candidate(clock, proposer=proposer)) == ""
    assert publisher.posted == []


async def test_the_curator_learns_why_a_proposer_was_not_told(
    notices: ProposerNotices, publisher: FakePublisher, clock: AdjustableClock
) -> None:
    publisher.closed.add("slack:U1")
    assert (
        await problem_of(notices, candidate(clock)) == "太郎 was not told: They take no direct messages from the bot."
    )
    elsewhere = candidate(clock, proposer="discord:1")
    assert await problem_of(notices, elsewhere) == "太郎 was not told: There is no connection to Discord here."
    notices.disconnect("slack")
    assert "no connection to Slack" in await problem_of(notices, candidate(clock))


async def test_an_unsure_notice_is_repeated_only_where_the_platform_drops_the_second(
    notices: ProposerNotices, publisher: FakePublisher, clock: AdjustableClock
) -> None:
    publisher.faults.extend(["answer lost", "dropped"])
    assert await problem_of(notices, candidate(clock)) == ""
    assert len(publisher.posted) == 1
    publisher.nonce_memory = 0.0
    publisher.faults.append("answer lost")
    assert "may not have been told" in await problem_of(notices, candidate(clock, 8))
    assert len(publisher.posted) == 2
