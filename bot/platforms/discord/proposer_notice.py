"""Has a proposer told of the decision on their proposal, wherever they made it."""

from __future__ import annotations

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper
from bot.platforms.discord import response
from bot.platforms.discord.context import Actor, Interaction
from bot.services.papers.decision_text import ReviewResult


async def notify_proposer(
    interaction: Interaction, actor: Actor, candidate: Candidate, paper: Paper, decision: ReviewResult
) -> None:
    """Have the proposer told; tell the curator if that was impossible."""
    if problem := await actor.services.proposer_notices.tell(candidate, paper, decision):
        await response.send(interaction, actor.say(problem))
