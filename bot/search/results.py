"""The results of a search: growing matches, and pages of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from bot.search.analyzed_query import AnalyzedQuery
from bot.search.backend import AllOf, Backend, Expression, Phrase, Scope
from bot.search.ranking import MatchReason

MAX_RANKED = 100  # papers ranked per scope: the newest that match


class Hit(NamedTuple):
    """A paper that matches, its score, and the reason if its title does not show it."""

    number: int
    score: float
    reason: MatchReason | None = None


class ResultPage(NamedTuple):
    """One page of results: the total number of papers, the hits of the page, and a suggestion (folded).

    `near` are papers that almost match; there are some only when nothing matches.
    """

    total: int
    hits: tuple[Hit, ...]
    suggestion: str | None = None
    near: tuple[Hit, ...] = ()


@dataclass(slots=True)
class Matches:
    """The papers found so far; `unranked` is the query that has more matches, `is_complete` ends the search."""

    scores: dict[int, tuple[float, MatchReason | None]] = field(default_factory=dict)
    unranked: tuple[Scope, Expression] | None = None
    is_complete: bool = False
    suggestion: str | None = None
    near: tuple[Hit, ...] = ()

    def add(self, number: int, score: float, why: MatchReason | None) -> None:
        """Add a paper, or raise its score."""
        earlier = self.scores.get(number)
        if earlier is None or earlier[0] < score:
            self.scores[number] = (score, why)

    def best(self) -> float:
        """Return the best score."""
        return max((score for score, _ in self.scores.values()), default=0.0)

    def ranked(self) -> list[int]:
        """Return the ranked papers, best first."""
        return sorted(self.scores, key=lambda number: (-self.scores[number][0], -number))


def result_page(backend: Backend, query: AnalyzedQuery, matches: Matches, limit: int, offset: int) -> ResultPage:
    """Return one page of results: the ranked papers, then the others, newest first."""
    ranked = matches.ranked()
    hits, total = [Hit(number, *matches.scores[number]) for number in ranked[offset : offset + limit]], len(ranked)
    if matches.unranked:
        total = max(total, backend.count(*matches.unranked))
        if missing := limit - len(hits):
            skip = max(0, offset - len(ranked))
            numbers = backend.matching_numbers(*matches.unranked, skip + missing + len(ranked), MAX_RANKED)
            more = [number for number in numbers if number not in matches.scores]
            hits += [Hit(number, 0.0) for number in more[skip : skip + missing]]
    if below := [hit.number for hit in hits if hit.reason is MatchReason.EXCERPT]:
        in_comment = backend.matching_among("full", AllOf(tuple(map(_in_comment, query.body_terms))), below)
        hits = [hit._replace(reason=MatchReason.COMMENT) if hit.number in in_comment else hit for hit in hits]
    return ResultPage(total, tuple(hits), matches.suggestion, matches.near)


def _in_comment(expression: Expression) -> Expression:
    if isinstance(expression, Phrase):
        return expression._replace(field="comment")
    return expression._replace(parts=tuple(map(_in_comment, expression.parts)))
