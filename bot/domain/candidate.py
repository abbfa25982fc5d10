"""A proposed paper on which no curator has decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from bot.domain.paper import Paper

Decision: TypeAlias = Literal["accepted", "rejected", "expired"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One proposal: the form, the paper as shown, and the proposer; `proposer` is that person's id on their platform.

    `paper` is None in proposals of older versions, `locale` when the proposer's language is unknown.
    """

    number: int
    form: dict[str, Any]
    proposed_by: str | None
    proposer: str | None
    proposed_at: datetime
    paper: Paper | None = None
    locale: str | None = None
    decision: Decision | None = None

    @property
    def platform(self) -> str:
        """Return the platform of the proposer; empty if it is unknown who proposed the paper."""
        return (self.proposer or "").partition(":")[0]
