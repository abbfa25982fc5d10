"""The steps of a search: each asks one scope of the index, and adds what it finds to the matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.folding import is_unspaced, normalize
from bot.domain.paper import stored_id, title_key
from bot.domain.query import Query
from bot.search.analyzed_query import MOST_JOINED, AnalyzedQuery, exclusions_of, filters_of, phrases_of
from bot.search.backend import AllOf, AnyOf, Backend, Expression, PaperLines, Phrase, Scope
from bot.search.compounds import split_compounds
from bot.search.edit_distance import similarity
from bot.search.identifier_lookup import identifier_keys
from bot.search.ranking import (
    BODY,
    EXACT,
    IDENTIFIER,
    LINE_START,
    LONG,
    PARTIAL,
    SPELLED_IN_BODY,
    TITLE,
    MatchReason,
    is_misspelled,
    score_paper,
)
from bot.search.results import MAX_RANKED, Hit, Matches
from bot.search.stemming import same_stem_words
from bot.search.suggestions import partial_readings, readings_of, suggestions

ENOUGH = 10  # papers after which no further scope is searched
FEW = 3  # papers below which other wordings are tried
MOST_STARTING = 20
VERY_LONG = 40  # letters; a title that begins with so many is the one that is meant
# first letters of a long title that must be typed correctly, and the similarity that the whole needs
SURE_START, ALMOST = 14, 0.9
MOST_BEGUN, MOST_LEFT_OUT, MOST_NEAR = 24, 8, 5
MOST_TYPED = 50  # papers ranked per scope while a query is being typed
SAME_STEM = 28.0  # score if the title or headline has another form of the word
WEAKEST = 1.0  # score of a paper that has the words, or words with that prefix, anywhere
_AS_TWO_WORDS = 0.7  # factor for a match of the two parts of a word, compared with a match of the word
# factors for matches of an alias and of another wording, compared with a match of the typed words
ALIAS, _SUGGESTED = 0.8, 0.1


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording of the query, and the factor for the scores of papers that it finds."""

    query: AnalyzedQuery
    weight: float = 1.0
    reason: MatchReason | None = None
    scored: set[int] = field(default_factory=set)


class SearchSteps:
    """One query's search through the index."""

    def __init__(self, backend: Backend, query: Query, most: int, matches: Matches | None = None) -> None:
        self.matches, self._most = matches or Matches(), most
        self._backend, self._text, self._is_filtered = backend, query.text, query.is_filtered
        self._filters = (*phrases_of(query), *filters_of(query))
        self._excluded = exclusions_of(query)
        # excluded words may be anywhere, so all text has to be searched
        self._head: Scope = "full" if self._excluded else "head"

    def by_name(self) -> None:
        """Find the paper that the whole query names: by its id, one of its links, or its exact title."""
        typed, title = normalize(self._text), title_key(self._text)
        names = [] if self._is_filtered else identifier_keys(self._text)
        for key, row in self._backend.by_keys([title, *names], MAX_RANKED):
            if key == title:
                self.matches.add(row.number, TITLE + 10 * similarity(typed, row.title), None)
                self.matches.is_complete |= len(self._text) >= LONG
            else:
                self.matches.add(row.number, IDENTIFIER, MatchReason.LINK)
                self.matches.is_complete = True
        id = stored_id(self._text)
        for row in self._backend.by_id(id) if " " not in id else ():  # `-x` may be an id as well as an exclusion
            self.matches.add(row.number, IDENTIFIER + 1, None)

    def by_words(self, variant: Variant) -> None:
        """Find papers by words, scope by scope until there are enough."""
        query = variant.query
        if not (self._filters or self._excluded):
            self._add_rows(variant, self._backend.by_title_prefix(query.title_prefix, MOST_STARTING))
            letters, best = len(query.without_spaces), self.matches.best()
            if (letters >= LONG and best >= EXACT * variant.weight) or (letters >= VERY_LONG and best >= LINE_START):
                return
        expression = self._all_of(query.terms)
        if self._add_matches(variant, self._head, expression):
            if len(query.runs) > 1:
                self._add_matches(variant, self._head, self._all_of([query.phrase()]))
        elif variant.weight > _SUGGESTED or variant.reason is MatchReason.READING:
            self._by_parts(variant)
        self._by_partial_compound(variant)
        if len(self.matches.scores) < ENOUGH and variant.weight > _SUGGESTED:
            self._by_body(variant)
        if len(self.matches.scores) < ENOUGH and variant.weight > _SUGGESTED:
            self._by_prefix(variant)
        if len(query.runs) == 1 and 0 < len(self.matches.scores) < FEW:
            self._by_forms(variant)

    def by_suggestions(self, query: AnalyzedQuery) -> None:
        """Find papers by other wordings that may have been meant."""
        if self._by_whole_line(query):
            return
        enough, last = len(self.matches.scores) + FEW, 0
        for text, why, rank in suggestions(self._backend, query):
            before = len(self.matches.scores)
            if before >= enough and int(rank) > last:
                return
            last = int(rank)
            variant = Variant(AnalyzedQuery(text), _SUGGESTED * 0.5**rank, why)
            self.by_words(variant)
            if variant.query.is_kana_word or len(self.matches.scores) == before:
                self._by_body(variant)
            if len(self.matches.scores) > before and not self.matches.suggestion:
                self.matches.suggestion = text
        if len(self.matches.scores) < FEW:
            self._by_forms(Variant(query, _SUGGESTED if self.matches.scores else 1.0))
        if not self.matches.scores and len(query.runs) > 1:
            self._by_all_but_one(query)

    def _by_whole_line(self, query: AnalyzedQuery) -> bool:
        """Find papers whose whole title or headline was typed, with typos after the start; return if there are any."""
        if len(query.without_spaces) < LONG or self._filters or self._excluded:
            return False
        for row in self._backend.by_title_prefix(query.title_prefix[:SURE_START], MOST_STARTING):
            lines = (words.replace(" ", "") for words in (row.title_words, row.headline_words))
            if any(similarity(query.without_spaces, line, ALMOST) for line in lines):
                self.matches.add(row.number, EXACT * _SUGGESTED, MatchReason.TYPO)
        return bool(self.matches.scores)

    def by_readings(self, query: AnalyzedQuery) -> None:
        """Add papers that have the English for a katakana query."""
        for text in readings_of(self._backend, query.text):
            variant = Variant(AnalyzedQuery(text), _SUGGESTED, MatchReason.READING)
            expression = self._all_of(variant.query.terms)
            self._add_rows(variant, self._backend.matching(self._head, expression, ENOUGH))
            if len(self.matches.scores) < ENOUGH:
                self._add_rows(variant, self._backend.matching("full", expression, ENOUGH), BODY)

    def by_partial_reading(self, query: AnalyzedQuery) -> None:
        """Add papers with English words that begin like half-typed kana (レト: RetNet)."""
        for words in partial_readings(self._backend, query.text):
            expression = self._all_of([AnyOf(tuple(Phrase((word,)) for word in words))])
            self._add_matches(Variant(query, _SUGGESTED, MatchReason.READING), self._head, expression, WEAKEST)

    def _by_body(self, variant: Variant) -> None:
        if variant.query.is_kana_word:
            self._add_matches(variant, "full", self._all_of([variant.query.whole_word()]), BODY)
        below = self._all_of(variant.query.body_terms)
        self._add_matches(variant, "full", below, PARTIAL if variant.query.is_kana_word else BODY)
        if variant.query.is_short_kana:
            bodies = [number for number, (_, why) in self.matches.scores.items() if why is MatchReason.EXCERPT]
            for number in self._backend.spelled_among(variant.query.spellings, bodies):
                self.matches.add(number, SPELLED_IN_BODY * variant.weight, MatchReason.EXCERPT)

    def _by_parts(self, variant: Variant) -> None:
        """Find papers that have a word of the query as two (fullyconnected: fully-connected, fully connected)."""
        query = variant.query
        if len(query.runs) > 1 and len(self.matches.scores) >= ENOUGH:
            return
        for at, pair in split_compounds(self._backend, query.runs):
            split = Variant(
                AnalyzedQuery(" ".join((*query.runs[:at], *pair, *query.runs[at + 1 :]))),
                variant.weight * _AS_TWO_WORDS,
                variant.reason,
            )
            expression = self._all_of([*query.terms[:at], Phrase(pair), *query.terms[at + 1 :]])
            self._add_matches(split, self._head, expression)
            if len(self.matches.scores) < ENOUGH:
                self._add_matches(split, "full", expression, BODY)

    def _by_partial_compound(self, variant: Variant) -> None:
        """Find papers by hyphenated words that begin with the last word of the query (finger-t for finger-tip)."""
        prefix, count = variant.query.partial_compound
        if prefix:
            self._add_by_prefix(variant, prefix, variant.query.terms[:-count])

    def _by_prefix(self, variant: Variant) -> None:
        """Find papers with words that begin with the last word of the query."""
        prefix, before = variant.query.runs[-1], variant.query.terms[:-1]
        if is_unspaced(prefix) or len(prefix) < 2 or self._add_by_prefix(variant, prefix, before):
            return
        if not self.matches.scores and len(prefix) > 3:
            self._add_matches(variant, "full", self._all_of([*before, Phrase((prefix,), is_prefix=True)]), WEAKEST)

    def _add_by_prefix(self, variant: Variant, prefix: str, before: Sequence[Expression]) -> bool:
        """Add papers with words of that prefix; return whether there are such words."""
        words = [word for word, _ in self._backend.words_by_prefix(prefix, MOST_BEGUN) if word != prefix]
        if words:
            begins = AnyOf(tuple(Phrase((word,)) for word in words))
            self._add_matches(variant, self._head, self._all_of([*before, begins]), WEAKEST)
        return bool(words)

    def _by_forms(self, variant: Variant) -> None:
        """Find papers by words with the same stem (hallucination: hallucinate)."""
        query = variant.query
        if len(query.runs) > MOST_JOINED:
            return
        forms = [same_stem_words(self._backend, run) for run in query.runs]
        if any(forms):
            either = [
                AnyOf((part, *(Phrase((form,)) for form in each))) if each else part
                for part, each in zip(query.terms, forms, strict=True)
            ]
            self._add_matches(variant, self._head, self._all_of(either), SAME_STEM)

    def _by_all_but_one(self, query: AnalyzedQuery) -> None:
        """Find papers with all words but one: as results if the last one is a typo away, otherwise as near."""
        parts = query.terms
        near: dict[int, Hit] = {}
        counts = dict(self._backend.known_words(query.runs))
        rarest = sorted(range(len(parts)), key=lambda at: (counts.get(query.runs[at], 0), -len(query.runs[at])))
        for at in rarest[:MOST_LEFT_OUT]:
            for row in self._backend.matching(self._head, self._all_of([*parts[:at], *parts[at + 1 :]]), FEW):
                if any(is_misspelled(query, query.runs[at], words) for words in (row.title_words, row.headline_words)):
                    self.matches.add(row.number, PARTIAL * _SUGGESTED, MatchReason.TYPO)
                near[row.number] = Hit(row.number, WEAKEST)
            if self.matches.scores:
                return
        self.matches.near = tuple(near.values())[:MOST_NEAR]

    def _all_of(self, parts: Sequence[Expression]) -> AllOf:
        return AllOf((*parts, *self._filters), self._excluded)

    def _add_matches(self, variant: Variant, scope: Scope, expression: Expression, least: float = 0.0) -> bool:
        """Add papers that match, with score `least` if their own lines do not fit; return whether there are more."""
        rows = self._backend.matching(scope, expression, self._most)
        self._add_rows(variant, rows, least)
        if len(rows) < self._most:
            return False
        self.matches.unranked = self.matches.unranked or (scope, expression)
        return True

    def _add_rows(self, variant: Variant, rows: Sequence[PaperLines], least: float = 0.0) -> None:
        for row in rows:
            score, why = score_paper(variant.query, row) if row.number not in variant.scored else (0.0, None)
            variant.scored.add(row.number)
            if score < least:
                score, why = least, MatchReason.EXCERPT if least in (BODY, PARTIAL) else None
            if score:
                self.matches.add(row.number, score * variant.weight, variant.reason or why)
