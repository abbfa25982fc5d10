"""What became of a submitted paper is said once, for all platforms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.candidate import Candidate
from bot.services.papers.outcomes import Outcome, Proposed, SameTitle, Saved, Stale, outcome_message
from tests.samples import paper

WAITING = Candidate(7, {}, "太郎", "discord:1", datetime(2026, 1, 5, tzinfo=UTC), paper(1))


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (Saved(paper(1)), "Saved."),
        (Saved(paper(1), is_repeated=True), "This has been saved already."),
        (Saved(paper(1), is_new=False), "This paper is in the collection already."),
        (Proposed(7), "Proposed. You will be told when a curator has decided."),
        (Proposed(7, is_repeated=True), "You have proposed this already; you will be told when a curator has decided."),
        (
            SameTitle(paper(2)),
            "The collection has a paper with this title already, under other ids. Is yours a different one?",
        ),
        (Stale(None, None), "Somebody changed this paper meanwhile. First as it is now, then as you wrote it:"),
    ],
)
def test_each_outcome_has_its_sentence(outcome: Outcome, text: str) -> None:
    assert outcome_message(outcome, "discord:1").text("en") == text


def test_who_proposed_a_waiting_paper_is_told_so_and_others_learn_who_did() -> None:
    outcome = Proposed(7, is_repeated=True, waiting=WAITING)
    assert outcome_message(outcome, "discord:1").text("ja").startswith("この論文はもう提案済みです")
    assert outcome_message(outcome, "slack:U2").values["name"] == "太郎"
