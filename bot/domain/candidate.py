"""A paper that somebody proposed and no curator has decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.paper import Paper


@dataclass(frozen=True, slots=True)
class Candidate:
    """One proposal: what was typed, the paper that was shown, and by whom; `proposer` is that person on their platform.

    `paper` is None in a proposal of before that was kept, `locale` where the proposer's language is not known.
    """

    number: int
    form: dict[str, Any]
    proposed_by: str | None
    proposer: str | None
    proposed_at: datetime
    paper: Paper | None = None
    locale: str | None = None
