"""The prompt: this week's digest first, then the commands that Discord has, until end of input."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from bot.domain.digest import Edition
from bot.domain.errors import DayoriError
from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.platforms.console import render
from bot.platforms.console.lines import Lines
from bot.services.bundle import Services
from bot.services.drafts import Draft
from bot.services.lookup import Results

_PAGE = 10


def print_edition(console: Console, edition: Edition | None, zone: ZoneInfo, locale: Locale) -> None:
    """Print an edition, or that there is none."""
    if edition is None:
        console.print(Text(t(locale, "There is nothing new, so no edition goes out.")))
    else:
        console.print(render.edition(edition, zone, render.width_of(console)))


class Shell:
    """One person at one terminal."""

    def __init__(self, services: Services, workspace: int, console: Console, who: str | None) -> None:
        self._services, self._workspace, self._console, self._who = services, workspace, console, who
        self._locale: Locale = services.locale
        self._lines = Lines(self._complete, list(self._commands()), sys.stdin.isatty() and sys.stdout.isatty())
        self._shown: dict[int, Paper] = {}
        self._query = ""
        self._stays = True

    async def run(self) -> None:
        """Print the digest, then answer one line after the other."""
        digests = self._services.digests
        edition = await digests.preview(await digests.shown(self._workspace, self._locale))
        print_edition(self._console, edition, self._services.zone, self._locale)
        if edition:
            self._shown = dict(enumerate(edition.papers, 1))
        if self._lines.is_interactive:
            self._say(t(self._locale, "Type /help for the commands; a number opens that paper, words search."), "dim")
        while self._stays and (line := await self._lines.read("dayori> ")) is not None:
            if line.strip():
                await self._answer(line.strip())

    async def _answer(self, line: str) -> None:
        if not line.startswith("/"):
            line = f"/open {line}" if line.isdecimal() and int(line) in self._shown else f"/paper {line}"
        name, _, rest = line.partition(" ")
        command = self._commands().get(name)
        try:
            if command is None:
                self._say(t(self._locale, "There is no command {name}; /help lists them.", name=name), "yellow")
            else:
                await command[0](rest.strip())
        except DayoriError as error:
            self._say(error.text(self._locale), "red")

    def _commands(self) -> dict[str, tuple[Callable[[str], Awaitable[None]], str, str]]:
        """Return each command with what it does and an example."""
        t_ = self._locale
        return {
            "/paper": (self._paper, t(t_, "look a paper up"), "/paper RetNet"),
            "/papers": (self._papers, t(t_, "browse, newest first"), "/papers tag:RAG year:2023"),
            "/more": (self._more, t(t_, "the next page"), "/more"),
            "/open": (self._open, t(t_, "show a paper by its id or its number in the list"), "/open retnet"),
            "/addpaper": (self._addpaper, t(t_, "add a paper"), "/addpaper https://arxiv.org/abs/1706.03762"),
            "/digest": (self._digest, t(t_, "show the next edition"), "/digest"),
            "/help": (self._help, t(t_, "list the commands"), "/help"),
            "/quit": (self._quit, t(t_, "leave"), "/quit"),
        }

    async def _paper(self, query: str) -> None:
        if not query:
            self._say(t(self._locale, "Say which paper, for instance: {example}", example="/paper RetNet"), "yellow")
            return
        await self._list(query, 0)

    async def _papers(self, query: str) -> None:
        await self._list(query, 0)

    async def _more(self, _: str) -> None:
        await self._list(self._query, max(self._shown, default=0))

    async def _list(self, query: str, offset: int) -> None:
        found = await self._services.lookup.find(self._workspace, query, limit=_PAGE, offset=offset)
        if offset and not found.results:
            self._say(t(self._locale, "That was all."))
            return
        self._query = query
        self._shown = {n: result.paper for n, result in enumerate(found.results or found.near, offset + 1)}
        self._print_results(found, offset)

    def _print_results(self, found: Results, offset: int) -> None:
        self._console.print(render.results(found, self._locale, render.width_of(self._console), offset))
        left = found.total - offset - len(found.results)
        if left > 0:
            self._say(t(self._locale, "{n} more; /more shows them.", n=left), "dim")

    async def _open(self, id: str) -> None:
        paper = self._shown.get(int(id)) if id.isdecimal() else None
        self._card(paper or await self._services.lookup.get(self._workspace, id))

    async def _addpaper(self, source: str) -> None:
        if not source:
            example = "/addpaper https://arxiv.org/abs/1706.03762"
            self._say(t(self._locale, "Say what to add, for instance: {example}", example=example), "yellow")
            return
        if known := await self._services.drafts.known(self._workspace, source):
            self._say(t(self._locale, "This paper is there already."), "yellow")
            self._card(known)
            return
        draft, problem = await self._services.drafts.prefilled(source)
        if problem:
            self._say(problem.text(self._locale), "yellow")
        draft = await self._fill_in(draft)
        paper = await self._services.drafts.paper_of(draft)
        self._card(paper)
        if not await self._confirmed():
            self._say(t(self._locale, "Not saved."))
            return
        added = await self._services.library.add(self._workspace, paper, self._who)
        saved = t(self._locale, "Saved as {id}.", id=added.paper.id)
        self._say(saved if added.is_new else t(self._locale, "This paper is there already."), "green")

    async def _fill_in(self, draft: Draft) -> Draft:
        t_ = self._locale
        answers: dict[str, Any] = {}
        for name, label in (("title", t(t_, "Title")), ("headline", t(t_, "Headline")), ("date", t(t_, "Date")),
                            ("comment", t(t_, "Comment")), ("tags", t(t_, "Tags"))):  # fmt: skip
            prefilled = getattr(draft, name)
            answers[name] = await self._lines.ask(f"  {label}: ", prefilled)
            if name == "title" and not answers[name].strip():
                break
        return replace(draft, **answers)

    async def _confirmed(self) -> bool:
        answer = await self._lines.ask(t(self._locale, "Save? [Y/n] "), "")
        return answer.strip().lower() in ("", "y", "yes", "はい")

    async def _digest(self, _: str) -> None:
        digests = self._services.digests
        edition = await digests.preview(await digests.shown(self._workspace, self._locale))
        print_edition(self._console, edition, self._services.zone, self._locale)

    async def _quit(self, _: str) -> None:
        self._stays = False

    async def _help(self, _: str) -> None:
        for name, (_command, what, example) in self._commands().items():
            line = Text(f"  {name:<10}", style="bold blue").append(f" {what}", style="default")
            self._console.print(line.append(f"   {example}" if example != name else "", style="dim"))

    async def _complete(self, typed: str) -> list[tuple[str, str]]:
        """Return what a half-typed /paper may mean as (text, heading)."""
        name, _, rest = typed.partition(" ")
        if name not in ("/paper", "/open"):
            return []
        found = await self._services.lookup.complete(self._workspace, rest)
        return [(f"{name} {each.title if name == '/paper' else each.id}", each.heading) for each in found]

    def _card(self, paper: Paper) -> None:
        self._console.print(render.card(paper, self._locale, render.width_of(self._console)))

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style))
