"""Notifies a proposer of the decision on their proposal."""

from __future__ import annotations

import discord
import structlog
from aiohttp import ClientError

from bot.domain.candidate import Candidate
from bot.domain.paper import Paper
from bot.i18n import closest
from bot.platforms.discord.card import embed_of
from bot.platforms.discord.context import Actor, Interaction
from bot.services.papers.decisions import Decision, decision_message

_log = structlog.get_logger()


async def notify_proposer(
    interaction: Interaction, actor: Actor, candidate: Candidate, paper: Paper, decision: Decision
) -> None:
    """Send the proposer a direct message in their language; a failure is only logged."""
    platform, _, user_id = (candidate.proposer or "").partition(":")
    if platform != "discord" or not user_id.isascii() or not user_id.isdigit():
        return
    locale = closest(candidate.locale or "", actor.locale)
    try:
        user = await interaction.client.fetch_user(int(user_id))
        # discord.py retries after a 5xx; the nonce keeps Discord from creating a second message
        await user.send(
            decision_message(decision).text(locale),
            embed=embed_of(paper, locale),
            nonce=f"{decision} {candidate.number}",
        )
    except (discord.HTTPException, ClientError) as error:
        _log.info("the proposer could not be told", reason=str(error))
