"""/stats: the collection in numbers, as a picture with the same in text below it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import discord
from discord import Embed, app_commands

from bot.domain.text import clip
from bot.i18n import t
from bot.platforms.discord import response
from bot.platforms.discord.components import PersistentButton, persistent_view
from bot.platforms.discord.context import Actor, Interaction, actor_of
from bot.platforms.discord.localization import both
from bot.platforms.discord.markdown import escape_within
from bot.platforms.discord.permissions import require_showing
from bot.services.rate_limit import STATISTICS_COST

if TYPE_CHECKING:
    from bot.services.statistics_report import StatisticsReport

_LONGEST_ALT, _LONGEST_FIELD = 1024, 1024


@app_commands.command(
    name=both("stats", "統計"), description=both("See the collection in numbers", "コレクションの統計を見る")
)
@app_commands.guild_only()
async def stats(interaction: Interaction) -> None:
    """Show the statistics only to the person who asked."""
    actor = await actor_of(interaction)
    await response.defer(interaction)
    report = await _report(actor)
    view = persistent_view(ShowStatisticsToAll("all", t(actor.locale, "Show to everyone"), "📣"))
    await response.send(interaction, embed=_embed(report, actor), file=_file(report), view=view)


class ShowStatisticsToAll(PersistentButton, name="show_stats", cost=STATISTICS_COST):
    """Posts the statistics, as they are now, to the channel."""

    async def press(self, interaction: Interaction) -> None:
        """Post them. Raises NotAllowedError if the person may not post there."""
        require_showing(interaction)
        actor = await actor_of(interaction)
        await response.defer(interaction)
        report = await _report(actor)
        shared = t(actor.locale, "Shared by {name}", name=escape_within(actor.name, 80))
        embed, file = _embed(report, actor), _file(report)
        await response.send(interaction, f"-# {shared}", ephemeral=False, embed=embed, file=file)


async def _report(actor: Actor) -> StatisticsReport:
    from bot.services.statistics_report import report_of  # no start has use for what draws

    return await report_of(await actor.services.statistics.of(actor.workspace), actor.locale)


def _file(report: StatisticsReport) -> discord.File:
    return discord.File(BytesIO(report.picture), "statistics.png", description=clip(report.summary, _LONGEST_ALT))


def _embed(report: StatisticsReport, actor: Actor) -> Embed:
    """Return the numbers as text, for whoever cannot see the picture."""
    embed = Embed(title=report.title, description=report.heading)
    for chart in report.charts:
        embed.add_field(name=chart.title, value=escape_within(chart.text(actor.locale), _LONGEST_FIELD), inline=False)
    return embed
