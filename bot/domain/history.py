"""The history of a collection: changes, and their steps with values before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.paper import Paper

Action = Literal["add", "edit", "remove", "import", "undo", "redo"]


@dataclass(frozen=True, slots=True)
class Step:
    """What a change did to one paper: `before` is None when it was added, `after` when it was removed."""

    paper_id: str
    before: Paper | None
    after: Paper | None


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that one command or one import did."""

    id: int
    action: Action
    at: datetime
    by: str | None
