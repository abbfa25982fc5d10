"""One person at a terminal: prints messages and asks questions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from rich.text import Text

from bot.domain.errors import DayoriError, StoreError
from bot.domain.paper import Paper
from bot.domain.text import normalized
from bot.i18n import Locale, Message, t
from bot.platforms.console import render
from bot.platforms.console.prompt import AbortError, Prompt
from bot.platforms.console.safe_console import SafeConsole
from bot.platforms.console.wrap import wrap
from bot.services.bundle import Services
from bot.services.papers.submitter import Submitter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal with the services; `user` is None if the system knows no user name."""

    services: Services
    workspace: int
    console: SafeConsole
    prompt: Prompt
    user: str | None

    @property
    def locale(self) -> Locale:
        """Return the language of the terminal."""
        return self.services.locale

    @property
    def actor(self) -> str:
        """Return the person's id in the history."""
        return f"terminal:{self.user or ''}"

    @property
    def submitter(self) -> Submitter:
        """Return the person as a submitter; a curator, since whoever has the terminal can change the database."""
        return Submitter(self.user, self.actor, self.locale, is_curator=True)

    @property
    def width(self) -> int:
        """Return the width of a card in cells."""
        return render.width_of(self.console)

    def say(self, text: str, style: str = "") -> None:
        """Print a sentence with line breaks between words; a path in it is not broken."""
        lines = wrap(text, self.console.width, cut=False)
        self.console.print(Text("\n".join(lines), style=style), soft_wrap=True)

    def text_of(self, message: Message, locale: Locale) -> str:
        """Return a message in one language, its times as days of the team's timezone."""

        def shown(value: object) -> object:
            return f"{value.astimezone(self.services.zone):%Y-%m-%d}" if isinstance(value, datetime) else value

        return message.text(locale, shown)

    def card(self, paper: Paper) -> None:
        """Print a paper's card."""
        self.console.print(render.card(paper, self.locale, self.width))

    async def confirm(self, question: str, *, default: bool) -> bool:
        """Ask a yes-or-no question; an empty answer means the default. Raises AbortError.

        Any other answer is asked for again at a terminal, and means no in a pipe.
        """
        *above, last = wrap(f"{question} {'[Y/n]' if default else '[y/N]'}", self.width)
        while True:
            for line in above:
                self.say(line)
            answer = await self.prompt.ask(f"{last} ")
            plain = normalized("NFKC", answer).strip().casefold()
            if plain in ("y", "yes", t(self.locale, "yes")) or (not plain and default):
                return True
            if plain in ("", "n", "no", t(self.locale, "no")) or not self.prompt.is_interactive:
                return False
            self.say(t(self.locale, "Answer with y or n."), "yellow")

    async def attempt(self, act: Callable[[], Awaitable[T]]) -> T:
        """Return what `act` returns; while the database fails, a person may try again, so that nothing typed is lost.

        Raises AbortError if they do not want to, and StoreError where nobody can be asked.
        """
        while True:
            try:
                return await act()
            except StoreError as error:
                if not self.prompt.is_interactive:
                    raise
                self.say(error.text(self.locale), "red")
                if not await self.confirm(t(self.locale, "Try again?"), default=True):
                    raise AbortError from error

    async def ask_until(self, prompt: str, prefilled: str, check: Callable[[str], object]) -> str:
        """Ask until `check` raises no DayoriError; the rejected text can be edited. Raises AbortError."""
        while True:
            prefilled = await self.prompt.ask(prompt, prefilled)
            try:
                check(prefilled)
            except DayoriError as error:
                self.say(error.text(self.locale), "yellow")
            else:
                return prefilled
