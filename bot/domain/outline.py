"""Papers and editions in outline: what lists of a large collection are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outline:
    """The few fields by which papers are listed; `digest` differs when anything else of the paper does.

    `date` is `2023-07-19`, `2023-07`, `2023` or empty.
    """

    number: int
    id: str
    headline: str | None
    title: str
    date: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    added_at: datetime
    added_by: str | None
    digest: str

    @property
    def year(self) -> str:
        """Return the year of the paper, empty if it is not known."""
        return self.date[:4]

    @property
    def heading(self) -> str:
        """Return the headline, or the title where there is none."""
        return self.headline or self.title


@dataclass(frozen=True, slots=True)
class EditionOutline:
    """An edition that has arrived in its channel; `papers` are numbers in reading order."""

    id: int
    subscription: str
    number: int
    reason: str
    composed_at: datetime
    papers: tuple[int, ...]
