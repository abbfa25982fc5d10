"""The engine of the search in the page: the files of assets/search in one, with the tables of the bot's own search."""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path

from bot.domain import folding
from bot.search import glossary, phonetics, stemming

_FOLDER = Path(__file__).parent / "assets/search"
_FILES = (
    "folding.js",
    "query.js",
    "documents.js",
    "phonetics.js",
    "spelling.js",
    "terms.js",
    "vocabulary.js",
    "index.js",
    "ranking.js",
    "suggestions.js",
    "identifiers.js",
    "planner.js",
    "marking.js",
    "offer.js",
)
_GROUP = re.compile(r"\\(\d)")
_BLOCK = 256


@cache
def engine() -> str:
    """Return a script that offers the search as `dayoriSearch`; it needs no page to run."""
    tables = json.dumps(_tables(), ensure_ascii=False, separators=(",", ":"))
    return "\n".join(("(() => {", '"use strict";', f"const tables = {tables};", *map(_text, _FILES), "})();", ""))


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _tables() -> dict[str, object]:
    sounds = phonetics.tables()
    rules: object = [[needed, pattern, _GROUP.sub(r"$\1", letters)] for needed, pattern, letters in _rules(sounds)]
    return {
        **folding.tables(),
        **sounds,
        "spelling": rules,
        "casefold": _casefold(),
        "endings": stemming.ENDINGS,
        "glossary": list(glossary.pairs()),
    }


def _rules(sounds: dict[str, object]) -> list[tuple[str, str, str]]:
    rules = sounds["spelling"]
    assert isinstance(rules, list)
    return rules


def _casefold() -> dict[str, str]:
    """Return the letters whose folding is not their lower case, such as ß; sigma's lower case depends on its place."""
    found = {"Σ": "σ"}
    for start in range(0, sys.maxunicode + 1, _BLOCK):
        letters = [*map(chr, range(start, start + _BLOCK))]
        text = "".join(letters)
        if text.casefold() != text.lower():  # of a few blocks in 4,352
            found |= {letter: folded for letter in letters if (folded := letter.casefold()) != letter.lower()}
    return found
