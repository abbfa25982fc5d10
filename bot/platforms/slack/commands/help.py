"""/dayori help: every command with an example."""

from __future__ import annotations

from bot.platforms.slack import response
from bot.platforms.slack.command_list import COMMAND_LIST
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.mrkdwn import escape
from bot.platforms.slack.response import Answer


async def show_help(interaction: Interaction, _text: str = "") -> None:
    """List the commands."""
    actor = interaction.actor
    lines = [
        f"`{escape(f'{actor.command(each.name)} {each.example}'.strip())}`  {escape(each.about.text(actor.locale))}"
        for each in COMMAND_LIST
    ]
    await response.send(interaction, Answer("\n".join(lines)))
