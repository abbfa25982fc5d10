"""Parses what a person types into a search: words, phrases, exclusions and filters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.folding import normalize
from bot.domain.text import normalized

LONGEST = 2000
MOST_WORDS, MOST_MARKS = 32, 16  # words and phrases that are read, and filters of each kind
_QUOTES = str.maketrans("“”„‟", '""""')
_PART = re.compile(
    r"""(?P<minus>-)?(?:(?P<key>tag|author|venue|year|has):)?(?:"(?P<quoted>[^"]*)"(?=\s|$)|(?P<word>\S+))""",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(\d{4})(?:[-–~〜](\d{4}))?")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Query:
    """A search: every word and phrase must match, and every filter must hold; all text is normalized."""

    text: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    code: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether there are no words or phrases, so that the newest papers are the answer."""
        return not (self.words or self.phrases)

    @property
    def is_filtered(self) -> bool:
        """Return whether there are exclusions or filters."""
        return bool(self.excluded or self.tags or self.authors or self.venues or self.years or self.code)


def parse_query(typed: str) -> Query:
    """Parse `words "a phrase" -without tag:X author:"A B" venue:ACL year:2023 year:2022-2024 has:code`.

    Never fails: an unknown or invalid filter is read as words. Only the first 2000 characters and 32 words are read.
    """
    text = _CONTROL.sub(" ", typed[:LONGEST]).strip()
    values: dict[str, list[str]] = {name: [] for name in ("word", "phrase", "minus", "tag", "author", "venue", "has")}
    years: list[tuple[int, int]] = []
    for part in _PART.finditer(normalized("NFKC", text).translate(_QUOTES)[:LONGEST]):
        quoted = part["quoted"]
        value = normalize(part["word"] if quoted is None else quoted)
        key = (part["key"] or "").lower()
        if key == "year" and not part["minus"] and (span := _YEARS.fullmatch(value)):
            years.append((int(span[1]), int(span[2] or span[1])))
        elif kind := _kind(key, value, minus=bool(part["minus"]), quoted=quoted is not None):
            values[kind].append(value)
        else:
            values["word"].append(normalize(part[0]))
    words, phrases = values["word"][:MOST_WORDS], values["phrase"][:MOST_MARKS]
    excluded, tags, authors, venues = (tuple(values[name][:MOST_MARKS]) for name in ("minus", "tag", "author", "venue"))
    spans = tuple(years[:MOST_MARKS])
    return Query(text, tuple(words), tuple(phrases), excluded, tags, authors, venues, spans, bool(values["has"]))


def tag_and_year(typed: str) -> tuple[str, str] | None:
    """Return the tag and the year of a query that has nothing else, as typed; the missing one is empty."""
    filters: dict[str, str] = {}
    for part in _PART.finditer(typed[:LONGEST]):
        key, value = (part["key"] or "").lower(), part["word"] or part["quoted"] or ""
        if part["minus"] or key in filters or not (key == "tag" or (key == "year" and re.fullmatch(r"\d{4}", value))):
            return None
        filters[key] = value
    return (filters.get("tag", ""), filters.get("year", "")) if any(filters.values()) else None


def _kind(key: str, value: str, *, minus: bool, quoted: bool) -> str | None:
    if not value or value == '"' or (minus and key):
        return None
    if minus:
        return "minus" if any(map(str.isalnum, value)) else None
    if key == "has":
        return "has" if value == "code" else None
    if key == "year":
        return None
    return key or ("phrase" if quoted else "word")
