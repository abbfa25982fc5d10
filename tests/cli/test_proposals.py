"""`dayori inbox` says whether the proposer was told of the decision."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import open_app
from bot.config import Config
from bot.domain.draft import Draft
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.services.workspaces import DEFAULT
from tests.samples import paper
from tests.terminal import Dayori


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_a_decision_without_a_token_says_that_the_proposer_was_not_told(
    dayori: Dayori, config: Config, decision: str
) -> None:
    async def propose() -> None:
        async with open_app(config) as app:
            by = Submitter("太郎", "slack:U1", "ja", is_curator=False)
            submission = Submission(app.database, app.clock, "curators")
            await submission.add(await app.services.workspaces.named(DEFAULT), Draft("2401.00001"), paper(1), by)

    asyncio.run(propose())
    result = dayori("inbox", decision, "1")
    assert result.exit_code == 0, result.output
    assert "太郎さんに知らせられませんでした: ここはSlackにつながっていません。" in result.stdout
