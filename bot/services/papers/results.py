"""The papers that a look-up found, and the sentences above them on every platform."""

from __future__ import annotations

from typing import NamedTuple

from bot.domain.paper import Paper
from bot.domain.query import tag_and_year
from bot.domain.text import clip
from bot.i18n import CommandName, Locale, Message, msg, t
from bot.search.ranking import MatchReason
from bot.search.results import Hit

_LONGEST_QUERY, _LONGEST_TAG, _LONGEST_SUGGESTION = 80, 60, 140
_ADD = CommandName("addpaper")


def reasons_in(locale: Locale) -> dict[MatchReason, str]:
    """Return what people are told of each reason for which a paper matches."""
    parts = {
        MatchReason.LINK: t(locale, "link"),
        MatchReason.AUTHOR: t(locale, "author"),
        MatchReason.TAG: t(locale, "tag"),
        MatchReason.COMMENT: t(locale, "comment"),
        MatchReason.EXCERPT: t(locale, "excerpt"),
        MatchReason.ALIAS: t(locale, "alias"),
        MatchReason.READING: t(locale, "reading"),
        MatchReason.TYPO: t(locale, "similar spelling"),
    }
    return {reason: t(locale, "Matched by {why}", why=part) for reason, part in parts.items()}


class Result(NamedTuple):
    """A paper that a search found, with its score."""

    paper: Paper
    hit: Hit

    def reason(self, locale: Locale) -> str:
        """Return which part of the paper matched; empty where its title or headline shows it."""
        return reasons_in(locale)[self.hit.reason] if self.hit.reason else ""


class Results(NamedTuple):
    """One page of results; `near` are papers close to a query that nothing matches."""

    query: str
    total: int
    suggestion: str | None
    results: tuple[Result, ...]
    near: tuple[Result, ...]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Return the papers of the page, or else those close to the query."""
        return tuple(result.paper for result in self.results or self.near)

    def hint(self, locale: Locale) -> str:
        """Return a "did you mean" for a corrected query, or how the only result matched; else an empty text."""
        if self.suggestion:
            suggestion = clip(self.suggestion, _LONGEST_SUGGESTION)
            return t(locale, "Did you mean: {suggestion}", suggestion=suggestion)
        return self.results[0].reason(locale) if self.total == 1 and self.results else ""

    def heading(self) -> Message:
        """Return the heading of a list of these results, or that nothing was found and what to do."""
        if filters := tag_and_year(self.query):
            return self._filter_heading(*filters)
        query = clip(" ".join(self.query.split()), _LONGEST_QUERY)
        if self.results:
            return msg("Papers for “{query}”", query=query) if query else msg("All papers, last added first")
        if not query:
            return msg("The collection is empty; add a paper with {command}.", command=_ADD)
        if self.near:
            return msg("No paper was found for “{query}”. These come close:", query=query)
        return msg(
            "No paper was found for “{query}”. Try other words, or add it with {command}.", query=query, command=_ADD
        )

    def _filter_heading(self, tag: str, year: str) -> Message:
        tag = clip(tag, _LONGEST_TAG)
        if tag and year:
            papers = msg("papers of {year} tagged “{tag}”", year=year, tag=tag)
        else:
            papers = msg("papers tagged “{tag}”", tag=tag) if tag else msg("papers of {year}", year=year)
        if not self.results:
            return msg("There are no {papers}.", papers=papers)
        return msg("The {papers}, last added first", papers=papers)
