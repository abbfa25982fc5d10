"""What files of other programs say of papers, put into the shape of our own entries, every value with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.domain.dates import PaperDate, parse_date
from bot.domain.errors import DateError
from bot.domain.identifiers import identifiers_in
from bot.domain.paper import ID_LENGTH, Paper
from bot.domain.text import clean_line, normalized
from bot.formats.arxiv_citation import ids_cited, is_citation
from bot.formats.entries import read_entries
from bot.formats.positions import PositionedTree

Place = tuple[int, int]
_NOT_IN_IDS = re.compile(r"[\s/\\\x00-\x1f\x7f\"'`<>@#:,]+")
_SEMICOLON, _COMMA = re.compile(r"(?<!\{)[;；\n](?!\})"), re.compile(r"(?<!\{)[,、，](?!\})")
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")


@dataclass(slots=True)
class Record:
    """One paper of a foreign file: values under our own keys, and the line and column of each."""

    place: Place
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def put(self, key: str, value: object, place: Place | None = None) -> None:
        """Note a value; an empty one, or one for a key that has its value already, is passed over."""
        if value and key not in self.values:
            self.values[key] = value
            self.places[key] = place or self.place

    def put_ids(self, place: Place | None = None, **named: str) -> None:
        """Note ids by their scheme; one that is known already stays."""
        if found := {scheme: name for scheme, name in named.items() if name}:
            known = self.values.pop("identifiers", {})
            self.put("identifiers", found | known, self.places.get("identifiers", place))

    def put_ids_in(self, text: str, place: Place | None = None) -> bool:
        """Note the ids that a text is (an arXiv id, a DOI, the address of one) and tell whether it is any."""
        ids = dict(identifiers_in(text).pairs())
        self.put_ids(place, **ids)
        return bool(ids)

    def put_doi(self, text: str, place: Place | None = None) -> None:
        """Note what a DOI field says: arXiv's DOIs are arXiv ids; one that is no DOI is refused when it is read."""
        if not self.put_ids_in(text, place):
            self.put_ids(place, doi=text)

    def put_note(self, text: str, place: Place | None = None) -> None:
        """Note a remark as the comment, unless it is only the paper's arXiv number as Zotero and others write it."""
        if is_citation(text):
            self.put_cited_id(text, place)
        else:
            self.put("comment", text, place)

    def put_cited_id(self, text: str, place: Place | None = None) -> None:
        """Note the arXiv id that stands in the name of a journal or a volume."""
        self.put_ids(place, **dict(ids_cited(text).pairs()))


def papers_of(file: str, records: Iterable[Record]) -> list[Paper]:
    """Return the papers. Raises FileError, at its place, for the first thing that is wrong."""
    tree = PositionedTree(file, {"papers": []}, {(): (1, 1)})
    for n, each in enumerate(records):
        tree.value["papers"].append(each.values)
        tree.places[("papers", n)] = each.place
        tree.places |= {("papers", n, key): place for key, place in each.places.items()}
    return read_entries(tree)


def usable_id(name: str) -> str:
    """Return another program's key for a paper as an id that we can use, empty where nothing of it can be."""
    text = clean_line(normalized("NFKC", name))
    kept, changes = _NOT_IN_IDS.subn("-", text)
    return kept.strip("-")[:ID_LENGTH].rstrip("-") if changes or len(kept) > ID_LENGTH else kept


def loose_date(text: str) -> str:
    """Return a date as far as a text tells one: all of it, else its year; empty for `in press` and the like."""
    try:
        return str(parse_date(text))
    except DateError:
        year = _YEAR.search(text)
        return year[0] if year else ""


def date_of(year: int, month: int = 0, day: int = 0) -> str:
    """Return the date as precise as its parts are possible; empty for a year that is none."""
    for parts in ((year, month, day), (year, month), (year,)):
        try:
            return str(PaperDate(*parts))
        except ValueError:
            continue
    return ""


def number_in(digits: str) -> int:
    """Return the number of a year, a month or a day; 0 for a text that is none."""
    return int(digits) if digits.isdecimal() and len(digits) <= 4 else 0


def split_words(text: str) -> list[str]:
    """Return the keywords that semicolons separate, or commas where there are none; one in braces `{,}` does not."""
    separator = _SEMICOLON if _SEMICOLON.search(text) else _COMMA
    return [word for part in separator.split(text) if (word := part.strip())]
