"""Commands whose first word says what to do, such as `/digest subscribe …`, in both languages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeAlias

from bot.domain.text import normalized
from bot.i18n import Message, msg
from bot.platforms.slack import response
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.mrkdwn import escape
from bot.platforms.slack.response import Answer

Serve: TypeAlias = Callable[[Interaction, str], Awaitable[None]]


class Subcommand(NamedTuple):
    """One of a command's first words; `serve` gets the text after it, and `example` is what may stand there."""

    name: str
    japanese: str
    serve: Serve
    about: Message
    example: str = ""


async def serve_subcommand(
    interaction: Interaction, command: str, subcommands: Sequence[Subcommand], text: str
) -> None:
    """Serve what the first word of a text names, or list the words that there are."""
    word, *rest = text.split(maxsplit=1) or [""]
    name = normalized("NFKC", word).casefold()
    chosen = next((each for each in subcommands if name in (each.name, each.japanese)), None)
    if chosen:
        await chosen.serve(interaction, rest[0] if rest else "")
        return
    actor = interaction.actor
    lines = [actor.say(msg('There is no "{name}" here, but:', name=word[:40]))] if word else []
    for each in subcommands:
        example = f"{actor.command(f'{command} {each.name}')} {each.example}".strip()
        lines.append(f"`{escape(example)}`  {escape(each.about.text(actor.locale))}")
    await response.send(interaction, Answer("\n".join(lines)))
