"""Aliases (RAG = 検索拡張生成): a query with one of a team's synonyms also finds the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from bot.domain.folding import fold_normalized, is_unspaced, normalize, with_spaces
from bot.search.analyzed_query import AnalyzedQuery

MAX_VARIANTS = 6


class _Synonym(NamedTuple):
    """One of the synonyms: normalized, folded, and with spaces around each word."""

    text: str
    folded: str
    spaced: str


def with_synonyms(query: AnalyzedQuery, aliases: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the query with each alias in it replaced by its synonyms; `aliases` is {name: meanings}."""
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


@lru_cache(maxsize=4096)  # enough for eight collections with the maximum number of aliases
def _synonyms(texts: tuple[str, ...]) -> tuple[_Synonym, ...]:
    plains = (normalize(text) for text in texts)
    return tuple(
        _Synonym(text, fold_normalized(text), words) for text in plains if (words := with_spaces(text)).strip()
    )


def _around(spaced: str, folded: str, side: _Synonym) -> tuple[str, str] | None:
    """Return the text before and after an alias in the query; Latin text matches whole words, Japanese anywhere."""
    if side.spaced in spaced:
        before, _, after = spaced.partition(side.spaced)
        return before, after
    if is_unspaced(side.folded) and side.folded in folded:
        before, _, after = folded.partition(side.folded)
        return before, after
    return None
