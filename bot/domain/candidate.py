"""A paper that somebody proposed or a feed found, and what the curators decided on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from bot.domain.draft import complete, draft_from, read_source
from bot.domain.errors import InputError
from bot.domain.metadata import Metadata
from bot.domain.paper import Paper, make_paper
from bot.domain.score import ScoreFeature

Decision: TypeAlias = Literal["accepted", "rejected", "expired"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One proposal or find: the form, the paper as shown, and who brought it.

    `proposer` is a person's id on their platform, `feeds` the names of the feeds that found it. `paper` is None in
    proposals of older versions, `locale` when the proposer's language is unknown. The last act on it was `decided_at`:
    a decision, or putting it off (`later_at`) while `decision` is None. `change_id` is the change that added its paper.
    `score` is how likely its acceptance is, and `reasons` what speaks for it and against it.
    """

    number: int
    form: dict[str, Any]
    proposed_by: str | None
    proposer: str | None
    proposed_at: datetime
    paper: Paper | None = None
    locale: str | None = None
    decision: Decision | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decider: str | None = None
    change_id: int | None = None
    later_at: datetime | None = None
    score: float | None = None
    reasons: tuple[ScoreFeature, ...] = ()
    feeds: tuple[str, ...] = ()

    @property
    def is_find(self) -> bool:
        """Return whether only feeds brought it; such a candidate expires, and has no words of a person."""
        return self.proposed_by is None and self.proposer is None and self.paper is not None

    @property
    def platform(self) -> str:
        """Return the platform of the proposer; empty if it is unknown who proposed the paper."""
        return (self.proposer or "").partition(":")[0]


def proposed_paper(candidate: Candidate) -> Paper:
    """Return the paper that was shown when it was proposed.

    Proposals stored by older versions hold only the form; their link serves as the title when the form has none.
    """
    if candidate.paper:
        return candidate.paper
    draft = draft_from(candidate.form)
    link, _ = read_source(draft.source)
    try:
        return complete(draft, Metadata(title=link.url[:500]))
    except InputError:
        return make_paper(title=link.url[:500], links=[link])
