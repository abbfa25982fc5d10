"""/stats: the collection in numbers, with bars of text where the person asked and the picture as a direct message."""

from __future__ import annotations

from bot.domain.charts import Chart
from bot.domain.text import clip
from bot.i18n import Locale, t, tn
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.direct_file import send_file
from bot.platforms.slack.mrkdwn import bold, escape, escape_within
from bot.platforms.slack.response import Answer
from bot.services.statistics_report import StatisticsReport, report_of

_BAR, _LONGEST_NAME, _LONGEST_ALT = 12, 60, 1000  # characters


async def stats(interaction: Interaction, _text: str) -> None:
    """Show the statistics to the person who asked."""
    actor = interaction.actor
    report = await report_of(await actor.services.statistics.of(actor.workspace), actor.locale)
    await response.send(interaction, _answer(report, actor.locale))
    text = f"{report.title}: {report.heading}"
    await send_file(interaction, "statistics.png", report.picture, text, clip(report.summary, _LONGEST_ALT))


def _answer(report: StatisticsReport, locale: Locale) -> Answer:
    charts = [kit.section("\n".join(_lines(chart, locale))) for chart in report.charts]
    note = kit.context(escape(t(locale, "The same comes as a picture in your direct messages with the bot.")))
    head = f"{bold(escape(report.title))}\n{escape(report.heading)}"
    return Answer(
        head, (*charts, note), tuple(escape(f"{chart.title}: {chart.text(locale)}") for chart in report.charts)
    )


def _lines(chart: Chart, locale: Locale) -> list[str]:
    """Return a chart as lines; the names come last, since their letters differ in width."""
    numbers = max(len(f"{bar.n:,}") for bar in chart.bars)
    lines = [
        f"`{_bar(bar.n, chart.most)} {bar.n:>{numbers},}` {escape_within(bar.name, _LONGEST_NAME)}"
        for bar in chart.bars
    ]
    more = [tn(locale, "{n} more", "{n} more", chart.rest)] if chart.rest else []
    return [bold(escape(chart.title)), *lines, *more]


def _bar(n: int, most: int) -> str:
    full = max(1, round(_BAR * n / most)) if n else 0
    return "█" * full + "░" * (_BAR - full)
