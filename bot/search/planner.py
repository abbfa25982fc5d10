"""Plans a search: which queries go to the index, in which order, and when there are enough results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.query import Query
from bot.search.analyzed_query import AnalyzedQuery, everything, exclusions_of, filters_of
from bot.search.backend import AllOf, Backend
from bot.search.identifier_lookup import words_in_link
from bot.search.ranking import TOGETHER, MatchReason
from bot.search.results import MAX_RANKED, Hit, Matches, ResultPage, result_page
from bot.search.steps import ALIAS, ENOUGH, FEW, MOST_TYPED, SearchSteps, Variant
from bot.search.synonyms import with_synonyms


def find(backend: Backend, query: Query, aliases: Mapping[str, Sequence[str]], limit: int, offset: int) -> ResultPage:
    """Return the page of a query's results that starts at `offset`."""
    analyzed = _analyzed(query)
    matches = _matches(backend, query, analyzed, aliases, MAX_RANKED)
    if query.is_empty and not matches.scores:
        return _browse(backend, query, limit, offset)
    return result_page(backend, analyzed, matches, limit, offset)


def complete(backend: Backend, query: Query, aliases: Mapping[str, Sequence[str]], limit: int) -> Sequence[int]:
    """Return the numbers of the best papers for a half-typed query."""
    analyzed = _analyzed(query)
    matches = _matches(backend, query, analyzed, aliases, MOST_TYPED)
    if query.is_empty and not matches.scores:
        return [hit.number for hit in _browse(backend, query, limit, 0).hits]
    if analyzed.is_kana_word and len(matches.scores) < FEW:
        search = SearchSteps(backend, query, MOST_TYPED, matches)
        search.by_partial_reading(analyzed)
    return matches.ranked()[:limit]


def _analyzed(query: Query) -> AnalyzedQuery:
    return AnalyzedQuery(" ".join((*map(words_in_link, query.words), *query.phrases)))


def _matches(
    backend: Backend, query: Query, analyzed: AnalyzedQuery, aliases: Mapping[str, Sequence[str]], most: int
) -> Matches:
    search = SearchSteps(backend, query, most)
    if query.text:
        search.by_name()
    if analyzed.words and not search.matches.is_complete:
        search.by_words(Variant(analyzed))
        for text in with_synonyms(analyzed, aliases):
            search.by_words(Variant(AnalyzedQuery(text), ALIAS, MatchReason.ALIAS))
        if len(search.matches.scores) < FEW and search.matches.best() < TOGETHER:
            search.by_suggestions(analyzed)
        elif analyzed.is_kana_word and len(search.matches.scores) < ENOUGH:
            search.by_readings(analyzed)
    return search.matches


def _browse(backend: Backend, query: Query, limit: int, offset: int) -> ResultPage:
    if not query.is_filtered:
        total, numbers = backend.newest(limit, offset)
    else:
        expression = AllOf((everything(), *filters_of(query)), exclusions_of(query))
        numbers, total = backend.newest_matching(expression, limit, offset), backend.count("full", expression)
    return ResultPage(total, tuple(Hit(number, 0.0) for number in numbers))
