"""One person at one terminal: what is said to them and asked of them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from bot.domain.paper import Paper
from bot.i18n import Locale, t
from bot.platforms.console import render
from bot.platforms.console.lines import Lines
from bot.services.bundle import Services
from bot.services.submission import Submitter


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal with the services behind it; `who` is None where the system knows no name."""

    services: Services
    workspace: int
    console: Console
    lines: Lines
    who: str | None

    @property
    def locale(self) -> Locale:
        """Return the language of the terminal."""
        return self.services.locale

    @property
    def actor(self) -> str:
        """Return who that is in the history."""
        return f"terminal:{self.who or ''}"

    @property
    def submitter(self) -> Submitter:
        """Return the person as one who submits papers; whoever has the terminal has the database too."""
        return Submitter(self.who, self.actor, self.locale, is_curator=True)

    @property
    def width(self) -> int:
        """Return how many cells a card may take."""
        return render.width_of(self.console)

    def say(self, text: str, style: str = "") -> None:
        """Print a sentence."""
        self.console.print(Text(text, style=style))

    def card(self, paper: Paper) -> None:
        """Print a paper's card."""
        self.console.print(render.card(paper, self.locale, self.width))

    async def agrees(self, question: str) -> bool:
        """Ask a question whose answer is yes unless something else is typed."""
        answer = await self.lines.ask(f"{question} [Y/n] ", "")
        return answer.strip().lower() in ("", "y", "yes", t(self.locale, "yes"))
