"""English words without their endings, so that hallucination finds hallucinate: light, and never beside exact words.

Stems are worked out of the vocabulary when a query asks for them; the index keeps none.
"""

from __future__ import annotations

from functools import lru_cache

from bot.search.backend import Backend

# Endings, and how many letters have to stay: of what only bends a word, and of what makes another of it.
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
_ENDINGS = sorted((_DERIVATIONS | _INFLECTIONS).items(), key=lambda ending: -len(ending[0]))
_SHORTEST, _MOST = 5, 3  # letters of a word that has a stem; endings of one
_MOST_FORMS = 24  # words that begin as a stem, the most frequent ones


def same_stem_words(backend: Backend, word: str) -> list[str]:
    """Return the other words of the vocabulary that have a word's stem."""
    stem = stem_of(word)
    if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()):
        return []
    begun = (other for other, _ in backend.words_by_prefix(stem, _MOST_FORMS))
    return [other for other in begun if other != word and stem_of(other) == stem]


@lru_cache(maxsize=8192)
def stem_of(word: str) -> str:
    """Return an English word without its endings, itself where it has none or is something else."""
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
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)]
    return word
