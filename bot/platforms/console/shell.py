"""The prompt: prints this week's digest, then answers the commands that Discord has, until the end of input."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.text import Text

from bot.domain.digest import Edition
from bot.domain.errors import DayoriError, InputError
from bot.domain.paper import Paper
from bot.domain.text import clip, normalized
from bot.i18n import Locale, NameCommand, msg, t
from bot.platforms.console import aliases, edit, inbox, render, reports
from bot.platforms.console.prompt import AbortError, Interruption, Prompt
from bot.platforms.console.safe_console import SafeConsole
from bot.platforms.console.terminal import Terminal
from bot.platforms.console.wrap import wrap
from bot.services.bundle import Services

_PAGE = 10
_COLUMN = 16  # cells before the descriptions of the help
_WORDS = {"help": "/help", "ヘルプ": "/help", "exit": "/quit", "quit": "/quit", "終了": "/quit"}
_SPACE = re.compile(r"\s+")


def print_edition(
    console: SafeConsole, edition: Edition | None, zone: ZoneInfo, locale: Locale, name_command: NameCommand
) -> None:
    """Print an edition, or that there is none."""
    if edition is None:
        console.print(Text(t(locale, "There is nothing new, so no edition goes out.")))
    else:
        console.print(render.edition(edition, zone, render.width_of(console), name_command))


class Shell:
    """Reads commands and answers them one after the other."""

    def __init__(
        self,
        services: Services,
        workspace: int,
        console: SafeConsole,
        user: str | None,
        history: Path | None = None,
        pipe: TextIO | None = None,
    ) -> None:
        is_interactive = pipe is None and sys.stdin.isatty() and sys.stdout.isatty()
        commands = list(self._commands(services.locale))
        lines = Prompt(self._complete, commands, is_interactive, history, pipe)
        self._terminal = Terminal(services, workspace, console, lines, user)
        self._services, self._workspace, self._locale = services, workspace, services.locale
        self._shown: dict[int, Paper] = {}
        self._query = ""
        self._stays = True

    async def run(self, notices: Sequence[str] = ()) -> None:
        """Print the digest and the notices, then answer commands until the end of input."""
        await self._digest("")
        for notice in notices:
            self._terminal.say(notice, "yellow")
        if self._terminal.prompt.is_interactive:
            text = t(self._locale, "Type /help for the commands, a number to open that paper, or words to search.")
            self._terminal.say(text, "dim")
        while self._stays and (line := await self._line()) is not None:
            if line:
                await self._answer(line)

    async def _line(self) -> str | None:
        try:
            line = await self._terminal.prompt.read("dayori> ")
        except Interruption as interrupted:
            if not interrupted.typed:
                self._terminal.say(t(self._locale, "Ctrl-D or /quit leaves."), "dim")
            return ""
        return line if line is None else line.strip()

    async def _answer(self, line: str) -> None:
        """Answer a line; an error or an abort ends the command, not the program."""
        name, arguments = self._split(line)
        try:
            if name in (commands := self._commands(self._locale)):
                command, _, example = commands[name]
                if arguments and not example:
                    raise InputError(
                        msg('{name} is typed alone, without "{rest}".', name=name, rest=clip(arguments, 40))
                    )
                await self._interruptible(command(arguments))
            else:
                text = t(
                    self._locale,
                    "There is no command {name} here; {help} lists them.",
                    name=clip(name, 40),
                    help="/help",
                )
                self._terminal.say(text, "yellow")
        except DayoriError as error:
            self._terminal.say(error.text(self._locale), "red")
        except AbortError:
            self._terminal.say(t(self._locale, "Stopped; nothing was changed."), "yellow")

    def _split(self, line: str) -> tuple[str, str]:
        """Return a line's command, normalized in width and case, and the text after it."""
        line = _WORDS.get(normalized("NFKC", line).casefold(), line)
        if line.startswith(("/", "／")):
            name, _, arguments = _SPACE.sub(" ", line, count=1).partition(" ")
            return normalized("NFKC", name).lower(), arguments.strip()
        return ("/open" if self._nth(line) else "/paper"), line

    async def _interruptible(self, command: Awaitable[None]) -> None:
        """Let Ctrl-C cancel a running command instead of ending the program."""
        if not self._terminal.prompt.is_interactive:
            await command
            return
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(command)
        is_stopped = False

        def stop() -> None:
            nonlocal is_stopped
            is_stopped = True
            task.cancel()

        loop.add_signal_handler(signal.SIGINT, stop)
        try:
            await task
        except asyncio.CancelledError:
            if not is_stopped:
                raise
            self._terminal.say(t(self._locale, "Stopped."), "yellow")
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    def _commands(self, locale: Locale) -> dict[str, tuple[Callable[[str], Awaitable[None]], str, str]]:
        """Return each command with its description and an example."""
        add = "/addpaper https://arxiv.org/abs/1706.03762"
        return {
            "/paper": (self._paper, t(locale, "Look up a paper"), "/paper RetNet"),
            "/papers": (self._papers, t(locale, "Browse the papers, last added first"), "/papers tag:RAG year:2023"),
            "/random": (self._random, t(locale, "Show one paper at random"), "/random tag:RAG"),
            "/more": (self._more, t(locale, "Show the next page"), ""),
            "/open": (self._open, t(locale, "Show a paper by its id or its number in the list"), "/open retnet"),
            "/addpaper": (self._curate(edit.add), t(locale, "Add a paper by its link"), add),
            "/editpaper": (self._curate(edit.edit), t(locale, "Change what a paper says"), "/editpaper retnet"),
            "/removepaper": (self._curate(edit.remove), t(locale, "Remove a paper"), "/removepaper retnet"),
            "/undo": (
                self._curate(edit.undo),
                t(locale, "Undo the last change, or the one with a number"),
                "/undo 3",
            ),
            "/redo": (self._curate(edit.redo), t(locale, "Redo the last change that was undone"), ""),
            "/history": (self._curate(edit.history), t(locale, "See who changed what"), "/history retnet"),
            "/inbox": (self._curate(inbox.decide), t(locale, "Decide on proposals and finds, by single keys"), ""),
            "/alias": (self._curate(aliases.alias), t(locale, "Name words for the same thing"), aliases.EXAMPLE),
            "/feed": (
                self._feed,
                t(locale, "Choose where new papers come from"),
                "/feed add https://rss.arxiv.org/rss/cs.CL",
            ),
            "/digest": (self._digest, t(locale, "Show the next edition"), ""),
            "/stats": (self._stats, t(locale, "See the collection in numbers"), ""),
            "/help": (self._help, t(locale, "List the commands"), ""),
            "/quit": (self._quit, t(locale, "Leave the prompt"), ""),
        }

    def _curate(self, command: Callable[[Terminal, str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
        return lambda arguments: command(self._terminal, arguments)

    async def _paper(self, query: str) -> None:
        edit.require(query, "/paper RetNet")
        await self._list(query, 0)

    async def _papers(self, query: str) -> None:
        await self._list(query, 0)

    async def _random(self, query: str) -> None:
        self._terminal.card(await self._services.lookup.random(self._workspace, query))

    async def _more(self, _: str) -> None:
        await self._list(self._query, max(self._shown, default=0))

    async def _list(self, query: str, offset: int) -> None:
        results = await self._services.lookup.look_up(self._workspace, query, limit=_PAGE, offset=offset)
        if offset and not results.results:
            self._terminal.say(t(self._locale, "That was all."))
            return
        self._query = query
        self._shown = {n: result.paper for n, result in enumerate(results.results or results.near, offset + 1)}
        self._terminal.console.print(render.results(results, self._locale, self._terminal.width, offset))
        remaining = results.total - offset - len(results.results)
        if remaining > 0:
            self._terminal.say(t(self._locale, "{n} more; /more shows them.", n=remaining), "dim")

    async def _open(self, id: str) -> None:
        edit.require(id, "/open retnet")
        self._terminal.card(self._nth(id) or await self._services.lookup.get(self._workspace, id))

    def _nth(self, text: str) -> Paper | None:
        """Return the paper of that number in the last list."""
        return self._shown.get(int(text)) if text.isdecimal() and len(text) < 10 else None

    async def _digest(self, _: str) -> None:
        digests = self._services.digests
        edition = await digests.preview(await digests.default_subscription(self._workspace, self._locale))
        print_edition(self._terminal.console, edition, self._services.zone, self._locale, reports.prompt_name)
        self._shown = dict(enumerate(edition.papers if edition else (), 1))

    async def _stats(self, _: str) -> None:
        from bot.platforms.console.statistics import statistics

        numbers = await self._services.statistics.of(self._workspace)
        self._terminal.console.print(statistics(numbers, self._locale, self._terminal.width))

    async def _feed(self, arguments: str) -> None:
        from bot.platforms.console.feed_commands import feed  # most sessions have no use for it

        await feed(self._terminal, arguments)

    async def _quit(self, _: str) -> None:
        self._stays = False

    async def _help(self, _: str) -> None:
        console, below = self._terminal.console, "\n" + " " * _COLUMN
        width = console.width - _COLUMN
        for name, (_command, description, example) in self._commands(self._locale).items():
            lines = wrap(description, width)
            fits = cell_len(f"{lines[-1]}   {example}") <= width
            line = Text(f"  {name:<{_COLUMN - 2}}", style="bold blue").append(below.join(lines), style="default")
            line.append(("   " if fits else below) + example if example else "", style="dim")
            console.print(line, soft_wrap=True)

    async def _complete(self, typed: str) -> list[tuple[str, str]]:
        """Return completions of a half-typed command as (text, heading)."""
        name, arguments = self._split(typed)
        if name not in ("/paper", "/open", "/editpaper", "/removepaper", "/history"):
            return []
        completions = await self._services.lookup.complete(self._workspace, arguments)
        return [(f"{name} {each.title if name == '/paper' else each.id}", each.heading) for each in completions]
