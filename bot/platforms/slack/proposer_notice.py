"""Has a proposer told of the decision on their proposal, wherever they made it."""

from __future__ import annotations

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper
from bot.platforms.slack import response
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.response import Answer
from bot.services.papers.decision_text import ReviewResult


async def notify_proposer(interaction: Interaction, candidate: Candidate, paper: Paper, decision: ReviewResult) -> None:
    """Have the proposer told; tell the curator if that was impossible."""
    actor = interaction.actor
    if problem := await actor.services.proposer_notices.tell(candidate, paper, decision):
        await response.send_below(interaction, Answer(actor.say(problem)))
