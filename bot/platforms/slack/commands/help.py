"""/dayori help: every command with an example."""

from __future__ import annotations

from bot.i18n import t
from bot.platforms.slack import response
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.response import Answer


async def show_help(interaction: Interaction, _text: str = "") -> None:
    """List the commands."""
    locale, command = interaction.actor.locale, interaction.actor.command
    lines = [
        (f"{command('paper')} RetNet", t(locale, "look a paper up")),
        (f"{command('papers')} tag:RAG year:2023", t(locale, "browse, last added first")),
        (f"{command('random')} tag:RAG", t(locale, "show one paper at random")),
    ]
    text = "\n".join(f"`{example}` — {what}" for example, what in lines)
    await response.send(interaction, Answer(text))
