"""Aliases at the prompt: words for the same thing."""

from __future__ import annotations

from bot.domain.errors import InputError
from bot.i18n import msg, t
from bot.platforms.console.terminal import Terminal
from bot.services.papers.aliases import meanings_of

EXAMPLE = "/alias add RAG = 検索拡張生成"


async def alias(terminal: Terminal, arguments: str) -> None:
    """Add, remove or list aliases, depending on the first word."""
    verb, _, text = arguments.partition(" ")
    aliases = terminal.services.aliases
    if verb == "add":
        name, _, meanings = text.partition("=")
        line = _line(*await aliases.put(terminal.workspace, name, meanings_of(meanings)))
        terminal.say(t(terminal.locale, "The alias was saved: {alias}", alias=line), "green")
    elif verb == "remove":
        await aliases.remove(terminal.workspace, text)
        terminal.say(t(terminal.locale, "The alias {name} was removed.", name=text))
    elif verb in ("", "list"):
        lines = [_line(*each) for each in (await aliases.all(terminal.workspace)).items()]
        terminal.say("\n".join(lines) or t(terminal.locale, "There are no aliases yet."))
    else:
        raise InputError(msg("Write add, remove or list after it, for instance: {example}", example=EXAMPLE))


def _line(name: str, meanings: tuple[str, ...]) -> str:
    return f"{name} = {'、'.join(meanings)}"
