"""Reduces English words to stems, so that hallucination finds hallucinate, but never ahead of exact words.

Stems are computed from the vocabulary when a query needs them; the index stores none.
"""

from __future__ import annotations

from functools import lru_cache

from bot.search.backend import Backend

# Endings, and how many letters must remain: of inflections, and of derivations.
_INFLECTIONS = dict.fromkeys(("ing", "er", "ed", "e", "y"), 4)
_DERIVATIONS = dict.fromkeys(
    (
        "ationally",
        "ational",
        "atively",
        "ation",
        "ator",
        "ative",
        "ating",
        "ated",
        "ate",
        "ionally",
        "ional",
        "ion",
        "ively",
        "ive",
        "ically",
        "ical",
        "ic",
        "ity",
        "ment",
        "ness",
        "ingly",
        "edly",
        "or",
        "ly",
        "able",
        "ably",
        "ability",
    ),
    5,
)
ENDINGS = sorted((_DERIVATIONS | _INFLECTIONS).items(), key=lambda ending: -len(ending[0]))
_SHORTEST, _MOST = 5, 3  # letters of the shortest word with a stem; endings removed from one word
_MOST_FORMS = 24  # words compared with a stem: the most frequent with that prefix


def same_stem_words(backend: Backend, word: str) -> list[str]:
    """Return the other words of the vocabulary with the same stem."""
    stem = stem_of(word)
    if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()):
        return []
    candidates = (other for other, _ in backend.words_by_prefix(stem, _MOST_FORMS))
    return [other for other in candidates if other != word and stem_of(other) == stem]


@lru_cache(maxsize=8192)
def stem_of(word: str) -> str:
    """Return the stem of an English word; any other text is returned unchanged."""
    if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()):
        return word
    stem = _singular(word)
    for _ in range(_MOST):
        stem = _shortened(stem)
    if stem[-1] == stem[-2] and stem[-1] not in "aeiou":
        return stem[:-1]  # planning, plan
    if stem.endswith(("enc", "anc")):
        return stem[:-1] + "t"  # efficiency, efficient
    return stem[:-2] + "l" if stem.endswith("bil") else stem  # stability, stable


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > _SHORTEST:
        return word[:-3] + "y"
    return word[:-1] if word[-1] == "s" and word[-2] not in "sui" else word


def _shortened(word: str) -> str:
    if len(word) > _SHORTEST and word.endswith(("val", "sal")):  # retrieval, causal
        return word[:-2]
    for ending, least in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)]
    return word
