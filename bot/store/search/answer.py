"""What a search found, as it grows and page by page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.store.search.asked import Asked
from bot.store.search.probes import All, Expression, Near, Part, Probes
from bot.store.search.ranking import Why

MOST = 100  # papers that are ranked of one place: the newest of those that match


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that answers, how well, and why where it does not show."""

    number: int
    score: float
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of an answer: how many papers there are in all, those of the page, and what may have been meant, folded.

    `near` are papers that all but answer; there are some only where none answers.
    """

    total: int
    hits: tuple[Hit, ...]
    suggestion: str | None = None
    near: tuple[Hit, ...] = ()


@dataclass(slots=True)
class Answer:
    """What was found so far; `rest` is where more is that was not ranked, `settled` that no more is wanted."""

    scores: dict[int, tuple[float, Why | None]] = field(default_factory=dict)
    rest: tuple[Part, Expression] | None = None
    settled: bool = False
    suggestion: str | None = None
    near: tuple[Hit, ...] = ()

    def add(self, number: int, score: float, why: Why | None) -> None:
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


def page(probes: Probes, asked: Asked, answer: Answer, limit: int, offset: int) -> Found:
    """Return one page of an answer: what was ranked, then the rest, newest first."""
    ranked = answer.ranked()
    hits, total = [Hit(number, *answer.scores[number]) for number in ranked[offset : offset + limit]], len(ranked)
    if answer.rest:
        total = max(total, probes.count(*answer.rest))
        if missing := limit - len(hits):
            skip = max(0, offset - len(ranked))
            numbers = probes.numbers(*answer.rest, skip + missing + len(ranked), MOST)
            more = [number for number in numbers if number not in answer.scores]
            hits += [Hit(number, 0.0) for number in more[skip : skip + missing]]
    if below := [hit.number for hit in hits if hit.why is Why.EXCERPT]:
        in_comment = probes.among("full", All(tuple(map(_in_comment, asked.parts_below))), below)
        hits = [replace(hit, why=Why.COMMENT) if hit.number in in_comment else hit for hit in hits]
    return Found(total, tuple(hits), answer.suggestion, answer.near)


def _in_comment(expression: Expression) -> Expression:
    if isinstance(expression, Near):
        return replace(expression, field="comment")
    return replace(expression, parts=tuple(map(_in_comment, expression.parts)))
