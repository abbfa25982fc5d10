"""Telling somebody what became of their proposal."""

from __future__ import annotations

import discord
import structlog
from aiohttp import ClientError

from bot.domain.paper import Paper
from bot.i18n import t
from bot.platforms.discord.card import embed_of
from bot.platforms.discord.context import Interaction, Reader
from bot.store.inbox import Candidate

_log = structlog.get_logger()


async def tell_proposer(
    interaction: Interaction, reader: Reader, candidate: Candidate, paper: Paper, *, is_accepted: bool
) -> None:
    """Send the proposer a direct message; who takes none sees the paper in the collection, or not."""
    platform, _, user_id = (candidate.proposer or "").partition(":")
    if platform != "discord":
        return
    told = t(reader.locale, "Your proposal was added to the papers:")
    if not is_accepted:
        told = t(reader.locale, "Your proposal was not added this time:")
    try:
        user = await interaction.client.fetch_user(int(user_id))
        await user.send(told, embed=embed_of(paper, reader.locale))
    except (discord.HTTPException, ClientError) as error:
        _log.info("the proposer could not be told", reason=str(error))
