"""What a search found, as it grows and page by page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.search.analyzed_query import AnalyzedQuery
from bot.search.backend import AllOf, Backend, Expression, Phrase, Scope
from bot.search.ranking import MatchReason

MAX_RANKED = 100  # papers that are ranked of one place: the newest of those that match


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that answers, how well, and why where it does not show."""

    number: int
    score: float
    why: MatchReason | None = None


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of an answer: how many papers there are in all, those of the page, and what may have been meant, folded.

    `near` are papers that all but answer; there are some only where none answers.
    """

    total: int
    hits: tuple[Hit, ...]
    suggestion: str | None = None
    near: tuple[Hit, ...] = ()


@dataclass(slots=True)
class Matches:
    """What was found so far; `unranked` tells where more papers match, `is_complete` that no more is asked."""

    scores: dict[int, tuple[float, MatchReason | None]] = field(default_factory=dict)
    unranked: tuple[Scope, Expression] | None = None
    is_complete: bool = False
    suggestion: str | None = None
    near: tuple[Hit, ...] = ()

    def add(self, number: int, score: float, why: MatchReason | None) -> None:
        """Add a paper, or a better reason for one."""
        known = self.scores.get(number)
        if known is None or known[0] < score:
            self.scores[number] = (score, why)

    def best(self) -> float:
        """Return the best score."""
        return max((score for score, _ in self.scores.values()), default=0.0)

    def ranked(self) -> list[int]:
        """Return the papers that were ranked, the best first."""
        return sorted(self.scores, key=lambda number: (-self.scores[number][0], -number))


def result_page(backend: Backend, query: AnalyzedQuery, matches: Matches, limit: int, offset: int) -> ResultPage:
    """Return one page of an answer: what was ranked, then the rest, newest first."""
    ranked = matches.ranked()
    hits, total = [Hit(number, *matches.scores[number]) for number in ranked[offset : offset + limit]], len(ranked)
    if matches.unranked:
        total = max(total, backend.count(*matches.unranked))
        if missing := limit - len(hits):
            skip = max(0, offset - len(ranked))
            numbers = backend.matching_numbers(*matches.unranked, skip + missing + len(ranked), MAX_RANKED)
            more = [number for number in numbers if number not in matches.scores]
            hits += [Hit(number, 0.0) for number in more[skip : skip + missing]]
    if below := [hit.number for hit in hits if hit.why is MatchReason.EXCERPT]:
        in_comment = backend.matching_among("full", AllOf(tuple(map(_in_comment, query.body_terms))), below)
        hits = [replace(hit, why=MatchReason.COMMENT) if hit.number in in_comment else hit for hit in hits]
    return ResultPage(total, tuple(hits), matches.suggestion, matches.near)


def _in_comment(expression: Expression) -> Expression:
    if isinstance(expression, Phrase):
        return replace(expression, field="comment")
    return replace(expression, parts=tuple(map(_in_comment, expression.parts)))
