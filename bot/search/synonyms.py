"""A team's own words for the same thing (RAG = 検索拡張生成): a query with one also finds the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.folding import fold_normalized, is_unspaced, normalize, with_spaces
from bot.search.analyzed_query import AnalyzedQuery

MAX_VARIANTS = 6


@dataclass(frozen=True, slots=True)
class _Synonym:
    """One of the words: normalized, folded, and between spaces."""

    text: str
    folded: str
    spaced: str


def with_synonyms(query: AnalyzedQuery, aliases: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the query with each alias that it holds said in each other way; `aliases` is {name: meanings}."""
    count, folded = 0, fold_normalized(query.text)
    for name, meanings in aliases.items():
        if count == MAX_VARIANTS:
            return
        sides = _synonyms((name, *meanings))
        for side in sides:
            frame = _around(query.spaced, folded, side)
            for other in sides if frame is not None else ():
                if other is not side and count < MAX_VARIANTS:
                    count += 1
                    yield normalize(f" {other.text} ".join(frame or ()))


@lru_cache(maxsize=4096)  # the aliases of eight collections that have as many as they may
def _synonyms(texts: tuple[str, ...]) -> tuple[_Synonym, ...]:
    plains = (normalize(text) for text in texts)
    return tuple(
        _Synonym(text, fold_normalized(text), words) for text in plains if (words := with_spaces(text)).strip()
    )


def _around(spaced: str, folded: str, side: _Synonym) -> tuple[str, str] | None:
    """Return what stands before and after an alias in the query; words by their ends, Japanese anywhere."""
    if side.spaced in spaced:
        before, _, after = spaced.partition(side.spaced)
        return before, after
    if is_unspaced(side.folded) and side.folded in folded:
        before, _, after = folded.partition(side.folded)
        return before, after
    return None
