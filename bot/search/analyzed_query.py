"""A query in every form in which it is compared with papers and sent to the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bot.domain.folding import (
    LONGEST_WORD,
    compounds,
    fold,
    hiragana,
    is_kana,
    is_unspaced,
    katakana,
    runs,
    tokenize,
    with_spaces,
)
from bot.domain.query import Query
from bot.search.backend import AnyOf, Expression, Phrase
from bot.search.document import AUTHOR, CODE, PAPER, TAG, TITLE_PREFIX_LENGTH, VENUE, WHOLE, YEAR, single_term

SHORT_KANA = 2
MOST_RUNS, MOST_TERMS, MOST_YEARS, MOST_JOINED = 40, 32, 60, 6


@dataclass(frozen=True)
class AnalyzedQuery:
    """The words of a query, in the forms in which they are compared with papers; each form is computed once."""

    text: str

    @cached_property
    def spaced(self) -> str:
        """Return its words folded, with spaces around each; words beyond the first 40 are left out."""
        words = with_spaces(self.text)
        return words if words.count(" ") <= MOST_RUNS + 1 else f" {' '.join(words.split()[:MOST_RUNS])} "

    @cached_property
    def without_spaces(self) -> str:
        """Return its words folded, without spaces."""
        return self.spaced.replace(" ", "")

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Return its words, with katakana words separated from their neighbours."""
        return tuple(self.spaced.split())

    @cached_property
    def runs(self) -> tuple[str, ...]:
        """Return the runs of letters that the index knows."""
        return tuple(runs(fold(self.text))[:MOST_RUNS])

    @cached_property
    def has_ideographs(self) -> bool:
        """Return whether it contains words of a script without spaces that are not all kana."""
        return any(is_unspaced(unit) and not is_kana(unit) for unit in self.words)

    @cached_property
    def has_marks(self) -> bool:
        """Return whether it contains more than letters, digits and spaces."""
        return not all(letter.isalnum() or letter in " ー" for letter in self.text)

    @cached_property
    def title_prefix(self) -> str:
        """Return its beginning, to be compared with the beginnings of titles."""
        return self.without_spaces[:TITLE_PREFIX_LENGTH]

    @cached_property
    def is_kana_word(self) -> bool:
        """Return whether it is a single kana word, which should match whole words."""
        return len(self.words) == 1 and is_kana(self.without_spaces)

    @cached_property
    def is_short_kana(self) -> bool:
        """Return whether it is a kana word so short that it occurs inside many other words."""
        return len(self.without_spaces) <= SHORT_KANA and self.is_kana_word

    @cached_property
    def is_latin_word(self) -> bool:
        """Return whether it is one word without marks, which may have been typed without its hyphen."""
        return len(self.words) == 1 and self.without_spaces.isascii() and not self.has_marks

    @cached_property
    def partial_compound(self) -> tuple[str, int]:
        """Return the query's last hyphenated word joined into one, and its number of runs; ("", 0) if there is none."""
        word = fold(self.text).rpartition(" ")[2]
        joined = "".join(runs(word))
        return (joined, len(runs(word))) if compounds(word) == [joined] else ("", 0)

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """Return the text in hiragana and in katakana."""
        return (hiragana(self.text), katakana(self.text))

    @cached_property
    def terms(self) -> tuple[Expression, ...]:
        """Return an expression for each run."""
        return tuple([self._term_at(at) for at in range(len(self.runs))])

    @cached_property
    def body_terms(self) -> tuple[Expression, ...]:
        """Return the expressions to search bodies with; a single kana is left out where the query has other words."""
        terms = [part for run, part in zip(self.runs, self.terms, strict=True) if len(run) > 1 or not is_kana(run)]
        return tuple(terms) or self.terms

    def phrase(self) -> Phrase:
        """Return the expression for all runs in sequence."""
        last = len(self.runs) - 1
        terms = tuple(term for at, run in enumerate(self.runs) for term in _tokens_of(run, last=at == last))
        return Phrase(terms[:MOST_TERMS])

    def whole_word(self) -> Phrase:
        """Return the expression for a katakana word as a whole."""
        return Phrase((WHOLE + self.without_spaces[:LONGEST_WORD],))

    def _term_at(self, at: int) -> Expression:
        """Return the expression for one run; Latin words may also be joined with their neighbours (`gpt-4`, `gpt4`)."""
        run = self.runs[at]
        if is_unspaced(run):
            return Phrase(_tokens_of(run, last=True)[:MOST_TERMS], is_prefix=len(run) == 1)
        if len(self.runs) > MOST_JOINED:
            return Phrase((run,))
        before = self.runs[at - 1] if at and not is_unspaced(self.runs[at - 1]) else ""
        after = self.runs[at + 1] if at + 1 < len(self.runs) and not is_unspaced(self.runs[at + 1]) else ""
        joined = {run, before + run, run + after}
        if len(self.runs) > 2 and self.without_spaces.isascii():
            joined.add(self.without_spaces)
        return AnyOf(tuple(Phrase((word,)) for word in sorted(joined))) if len(joined) > 1 else Phrase((run,))


def filters_of(query: Query) -> tuple[Expression, ...]:
    """Return the expressions for a query's filters."""
    return tuple(_filters(query))


def exclusions_of(query: Query) -> tuple[Expression, ...]:
    """Return the expressions that must not match."""
    return tuple(phrase for text in query.excluded if (phrase := AnalyzedQuery(text).phrase()).terms)


def phrases_of(query: Query) -> tuple[Expression, ...]:
    """Return the expressions for the query's phrases."""
    return tuple(phrase for text in query.phrases if (phrase := AnalyzedQuery(text).phrase()).terms)


def _filters(query: Query) -> Iterator[Expression]:
    for tag in query.tags:
        yield Phrase((TAG + single_term(fold(tag)),))
    for mark, names in ((AUTHOR, query.authors), (VENUE, query.venues)):
        for name in names:
            terms = (mark + term for run in runs(fold(name)) for term in _tokens_of(run, last=True))
            yield Phrase(tuple(terms) or (mark,))
    for first, last in query.years:
        yield AnyOf(
            tuple(Phrase((f"{YEAR}{year}",)) for year in range(first, last + 1)[:MOST_YEARS]) or (Phrase((YEAR,)),)
        )
    if query.code:
        yield Phrase((CODE,))


def everything() -> Phrase:
    """Return the expression that every paper matches."""
    return Phrase((PAPER,))


def _tokens_of(run: str, *, last: bool) -> tuple[str, ...]:
    """Return the terms of a run in sequence; the last one may continue in the paper."""
    terms = tokenize(run)
    return tuple(terms[:-1] if last and len(terms) > 1 and is_unspaced(run) else terms)
