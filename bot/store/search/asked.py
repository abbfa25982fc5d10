"""What was asked, ready to be compared with papers and to be put to the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bot.domain.folding import LONGEST_WORD, compounds, cut, fold, hiragana, kana, katakana, runs, spaced, unspaced
from bot.domain.query import Query
from bot.store.search.entry import AUTHOR, CODE, PAPER, START, TAG, WHOLE, YEAR, solid
from bot.store.search.probes import Any, Expression, Near

SHORT_KANA = 2
MOST_RUNS, MOST_TERMS, MOST_YEARS, MOST_JOINED = 40, 32, 60, 6


@dataclass(frozen=True)
class Asked:
    """The words of a query, in the shapes in which they are compared with papers, each worked out once."""

    text: str

    @cached_property
    def spaced(self) -> str:
        """Return its words folded, between spaces; what is beyond those that are looked at is left out."""
        words = spaced(self.text)
        return words if words.count(" ") <= MOST_RUNS + 1 else f" {' '.join(words.split()[:MOST_RUNS])} "

    @cached_property
    def squeezed(self) -> str:
        """Return its words folded, without spaces."""
        return self.spaced.replace(" ", "")

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Return its words, katakana apart."""
        return tuple(self.spaced.split())

    @cached_property
    def runs(self) -> tuple[str, ...]:
        """Return the stretches that the index knows."""
        return tuple(runs(fold(self.text))[:MOST_RUNS])

    @cached_property
    def ideographic(self) -> bool:
        """Tell whether it has words of a script without spaces that are not all kana."""
        return any(unspaced(unit) and not kana(unit) for unit in self.units)

    @cached_property
    def has_marks(self) -> bool:
        """Tell whether it has more than letters, digits and spaces."""
        return not all(letter.isalnum() or letter in " ー" for letter in self.text)

    @cached_property
    def start(self) -> str:
        """Return what the beginning of a title is compared with."""
        return self.squeezed[:START]

    @cached_property
    def all_kana(self) -> bool:
        """Tell whether it is one word of kana, which only a whole word answers well."""
        return len(self.units) == 1 and kana(self.squeezed)

    @cached_property
    def is_short_kana(self) -> bool:
        """Tell whether it is a word of so few kana that many words hold all of them."""
        return len(self.squeezed) <= SHORT_KANA and self.all_kana

    @cached_property
    def is_latin_word(self) -> bool:
        """Tell whether it is one word without marks, which may have been typed without its hyphen."""
        return len(self.units) == 1 and self.squeezed.isascii() and not self.has_marks

    @cached_property
    def begun_compound(self) -> tuple[str, int]:
        """Return the hyphenated word that the query ends with as one word, and how many runs it has; "" and 0 else."""
        word = fold(self.text).rpartition(" ")[2]
        joined = "".join(runs(word))
        return (joined, len(runs(word))) if compounds(word) == [joined] else ("", 0)

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """Return the text as it is written in either kana."""
        return (hiragana(self.text), katakana(self.text))

    @cached_property
    def parts(self) -> tuple[Expression, ...]:
        """Return an expression for each run."""
        return tuple([self._part(at) for at in range(len(self.runs))])

    @cached_property
    def parts_below(self) -> tuple[Expression, ...]:
        """Return the expressions for runs as bodies are asked: a single kana beside others means nothing there."""
        kept = [part for run, part in zip(self.runs, self.parts, strict=True) if len(run) > 1 or not kana(run)]
        return tuple(kept) or self.parts

    def phrase(self) -> Near:
        """Return the expression for all runs one after another."""
        last = len(self.runs) - 1
        terms = tuple(term for at, run in enumerate(self.runs) for term in _terms(run, last=at == last))
        return Near(terms[:MOST_TERMS])

    def whole(self) -> Near:
        """Return the expression for a katakana word from its beginning to its end."""
        return Near((WHOLE + self.squeezed[:LONGEST_WORD],))

    def _part(self, at: int) -> Expression:
        """Return the expression for one run; Latin words may be joined with their neighbours (`gpt-4`, `gpt4`)."""
        run = self.runs[at]
        if unspaced(run):
            return Near(_terms(run, last=True)[:MOST_TERMS], begun=len(run) == 1)
        if len(self.runs) > MOST_JOINED:
            return Near((run,))
        before = self.runs[at - 1] if at and not unspaced(self.runs[at - 1]) else ""
        after = self.runs[at + 1] if at + 1 < len(self.runs) and not unspaced(self.runs[at + 1]) else ""
        joined = {run, before + run, run + after}
        if len(self.runs) > 2 and self.squeezed.isascii():
            joined.add(self.squeezed)
        return Any(tuple(Near((word,)) for word in sorted(joined))) if len(joined) > 1 else Near((run,))


def filters_of(query: Query) -> tuple[Expression, ...]:
    """Return the expressions for a query's filters."""
    return tuple(_filters(query))


def exclusions_of(query: Query) -> tuple[Expression, ...]:
    """Return the expressions for what must not be there."""
    return tuple(phrase for text in query.without if (phrase := Asked(text).phrase()).terms)


def phrases_of(query: Query) -> tuple[Expression, ...]:
    """Return the expressions for the query's phrases."""
    return tuple(phrase for text in query.phrases if (phrase := Asked(text).phrase()).terms)


def _filters(query: Query) -> Iterator[Expression]:
    for tag in query.tags:
        yield Near((TAG + solid(fold(tag)),))
    for author in query.authors:
        yield Near(tuple(AUTHOR + term for run in runs(fold(author)) for term in _terms(run, last=True)) or (AUTHOR,))
    for first, last in query.years:
        yield Any(tuple(Near((f"{YEAR}{year}",)) for year in range(first, last + 1)[:MOST_YEARS]) or (Near((YEAR,)),))
    if query.code:
        yield Near((CODE,))


def everything() -> Near:
    """Return the expression that every paper matches."""
    return Near((PAPER,))


def _terms(run: str, *, last: bool) -> tuple[str, ...]:
    """Return the terms that a run stands for, one after another; the last may go on in the paper."""
    terms = cut(run)
    return tuple(terms[:-1] if last and len(terms) > 1 and unspaced(run) else terms)
