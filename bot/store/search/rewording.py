"""A team's own words for the same thing (RAG = 検索拡張生成): a query with one also finds the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.folding import fold_plain, plain, spaced, unspaced
from bot.store.search.asked import Asked

MOST_REWORDINGS = 6


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the words: `plain`, folded, and between spaces."""

    text: str
    folded: str
    spaced: str


def rewordings(asked: Asked, aliases: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the query with each alias that it holds said in each other way; `aliases` is {name: meanings}."""
    count, folded = 0, fold_plain(asked.text)
    for name, meanings in aliases.items():
        if count == MOST_REWORDINGS:
            return
        sides = _sides((name, *meanings))
        for side in sides:
            frame = _frame(asked.spaced, folded, side)
            for other in sides if frame is not None else ():
                if other is not side and count < MOST_REWORDINGS:
                    count += 1
                    yield plain(f" {other.text} ".join(frame or ()))


@lru_cache(maxsize=4096)  # the aliases of eight collections that have as many as they may
def _sides(texts: tuple[str, ...]) -> tuple[_Side, ...]:
    plains = (plain(text) for text in texts)
    return tuple(_Side(text, fold_plain(text), words) for text in plains if (words := spaced(text)).strip())


def _frame(spaced: str, folded: str, side: _Side) -> tuple[str, str] | None:
    """Return what stands before and after an alias in the query; words by their ends, Japanese anywhere."""
    if side.spaced in spaced:
        before, _, after = spaced.partition(side.spaced)
        return before, after
    if unspaced(side.folded) and side.folded in folded:
        before, _, after = folded.partition(side.folded)
        return before, after
    return None
