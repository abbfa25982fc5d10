"""Sends a file as a direct message, where nobody but the person who asked sees it.

A message that only one person sees in a channel cannot carry a file, and a file that is sent nowhere is seen only by
the bot.
"""

from __future__ import annotations

from bot.platforms.slack.context import Interaction
from bot.platforms.slack.response import LOST, failure


async def send_file(interaction: Interaction, name: str, content: bytes, text: str, alt: str = "") -> None:
    """Send a file to the person who asked, below a text; `alt` is what a picture shows. Raises PublishError."""
    web = interaction.client.web
    try:
        direct = (await web.conversations_open(users=interaction.actor.user))["channel"]["id"]
        await web.files_upload_v2(
            filename=name, file=content, channel=direct, initial_comment=text, alt_txt=alt or None
        )
    except LOST as error:
        raise failure(error) from error
