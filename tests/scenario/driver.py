"""What a platform's people can do, as one Protocol: each platform has a driver that does it through its real client."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from bot.config import Config
from tests.nowhere import SOURCES


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a paper as a person types them; tags are separated by commas, an empty field stays as it is."""

    title: str = ""
    headline: str = ""
    date: str = ""
    comment: str = ""
    tags: str = ""

    @property
    def typed(self) -> dict[str, str]:
        """Return the fields that were typed."""
        fields = {name: getattr(self, name) for name in ("title", "headline", "date", "comment", "tags")}
        return {name: text for name, text in fields.items() if text}


class Driver(Protocol):
    """A curator and a reader on one platform, and the one channel `weekly`, on a store of their own.

    A paper to change is named by its arXiv id. Answers are what the person sees, as the papers' headings.
    """

    async def add(self, source: str, form: Form) -> None:
        """Let the curator add a paper."""

    async def look_up(self, query: str) -> list[str]:
        """Return the headings of the papers that the reader finds."""

    async def edit(self, id: str, form: Form) -> None:
        """Let the curator change a paper."""

    async def undo(self) -> None:
        """Let the curator undo their last change."""

    async def remove(self, id: str) -> None:
        """Let the curator remove a paper."""

    async def propose(self, source: str, form: Form) -> None:
        """Let the reader propose a paper."""

    async def accept(self) -> None:
        """Let the curator accept the oldest proposal."""

    async def subscribe(self, schedule: str) -> None:
        """Let the curator subscribe the channel."""

    async def post(self) -> None:
        """Let the curator post the next edition now."""

    async def posted(self) -> list[str]:
        """Return the headings of the papers that the channel's messages show now."""


StartDriver = Callable[[str], AbstractAsyncContextManager[Driver]]
"""Starts a platform on the store of this URL, and yields its driver."""


def settings_for(database_url: str, **settings: Any) -> Config:
    """Return the settings of a scenario: an empty collection in that store, and readers who propose."""
    return Config.model_validate(
        {
            "database_url": database_url,
            "papers_file": "",
            "additions": "curators",
            "sources": SOURCES,
            **settings,
        }
    )
