"""Splits words that were typed as one but are two in papers (wavepacket: wave packet, wave-packet)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.search.backend import Backend

_SHORTEST, _LONGEST = 5, 40  # length of a word that may be split
# Minimum length of each part, and of each part of a word that the vocabulary has as a whole (so that "maybe" does not
# become "may be"). The vocabulary has no words of two letters, so every part of two letters counts as known.
_PART, _PART_OF_KNOWN = 2, 3
_MOST_WORDS, _MOST_PAIRS = 6, 3  # words of a query that are tried, and splits of one word that are searched


def split_compounds(backend: Backend, words: Sequence[str]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield (place of a word, its two parts) where papers contain both parts; of one place the likeliest first."""
    cuts = {at: _cuts(word) for at, word in enumerate(words[:_MOST_WORDS]) if _divisible(word)}
    if not cuts:
        return
    parts = {part for pairs in cuts.values() for pair in pairs for part in pair}
    counts = dict(backend.known_words(sorted(parts.union(words[at] for at in cuts))))
    for at, pairs in cuts.items():
        shortest = _PART_OF_KNOWN if words[at] in counts else _PART
        worth = {pair: min(counts.get(part, len(part) == _PART) for part in pair) for pair in pairs}
        likely = [pair for pair in pairs if worth[pair] and min(map(len, pair)) >= shortest]
        likely.sort(key=lambda pair: -worth[pair])
        yield from ((at, pair) for pair in likely[:_MOST_PAIRS])


def _divisible(word: str) -> bool:
    return word.isascii() and not word.isdigit() and _SHORTEST <= len(word) <= _LONGEST


def _cuts(word: str) -> list[tuple[str, str]]:
    return [(word[:at], word[at:]) for at in range(_PART, len(word) - _PART + 1)]
