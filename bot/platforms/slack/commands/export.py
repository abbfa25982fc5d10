"""/export: sends the papers that a search finds as a file, in a direct message."""

from __future__ import annotations

import asyncio
from tempfile import TemporaryFile

from bot.formats.registry import ENDING_OF, WRITTEN, writer
from bot.i18n import t, tn
from bot.platforms.slack import response
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.direct_file import send_file
from bot.platforms.slack.response import Answer

_USUAL = "yaml"
_MOST = 10_000_000  # bytes, as on Discord; Slack takes more, but its library holds the whole file in memory


async def export(interaction: Interaction, text: str) -> None:
    """Send the papers that a search finds as a file; the text is `[FORMAT] [QUERY]`."""
    answer = await _export(interaction, *_format_in(text))
    await response.send(interaction, Answer(answer))


async def _export(interaction: Interaction, format: str, query: str) -> str:
    """Send the file, and return what the person is told of it."""
    actor = interaction.actor
    collection = await actor.services.workspaces.uuid(actor.workspace)
    write = await asyncio.to_thread(writer, format, collection)
    with TemporaryFile() as file:
        count = await actor.services.exporter.write(actor.workspace, query, write, file, _MOST)
        if not count:
            return t(actor.locale, "No paper was found, so there is no file.")
        file.seek(0)
        text = tn(actor.locale, "{n} paper, as a file.", "{n} papers, as a file.", count)
        await send_file(interaction, f"papers{ENDING_OF[format]}", file.read(), text)
    return t(actor.locale, "The file is in your direct messages with the bot.")


def _format_in(text: str) -> tuple[str, str]:
    """Return the format with which a text begins, or else the usual one, and the query after it."""
    word, *rest = text.split(maxsplit=1) or [""]
    return (word.casefold(), rest[0] if rest else "") if word.casefold() in WRITTEN else (_USUAL, text)
