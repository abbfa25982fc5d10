"""Collects the values of papers in foreign files under our own keys, each with its position."""

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
        """Set a value unless it is empty or the key has one already."""
        if value and key not in self.values:
            self.values[key] = value
            self.places[key] = place or self.place

    def put_ids(self, place: Place | None = None, **ids: str) -> None:
        """Set ids by scheme; known ones stay."""
        if new_ids := {scheme: name for scheme, name in ids.items() if name}:
            old_ids = self.values.pop("identifiers", {})
            self.put("identifiers", new_ids | old_ids, self.places.get("identifiers", place))

    def put_ids_in(self, text: str, place: Place | None = None) -> bool:
        """Set the ids in a text (an arXiv id, a DOI or an address); return whether there are any."""
        ids = dict(identifiers_in(text).pairs())
        self.put_ids(place, **ids)
        return bool(ids)

    def put_doi(self, text: str, place: Place | None = None) -> None:
        """Set the value of a DOI field: arXiv's DOIs become arXiv ids; an invalid DOI is rejected later."""
        if not self.put_ids_in(text, place):
            self.put_ids(place, doi=text)

    def put_note(self, text: str, place: Place | None = None) -> None:
        """Set a note as the comment, unless it is only the paper's arXiv number, as Zotero and others write it."""
        if is_citation(text):
            self.put_cited_id(text, place)
        else:
            self.put("comment", text, place)

    def put_cited_id(self, text: str, place: Place | None = None) -> None:
        """Set the arXiv id in the name of a journal or a volume."""
        self.put_ids(place, **dict(ids_cited(text).pairs()))


def papers_of(file: str, records: Iterable[Record]) -> list[Paper]:
    """Return the papers. Raises FileError for the first fault, with its position."""
    tree = PositionedTree(file, {"papers": []}, {(): (1, 1)})
    for n, each in enumerate(records):
        tree.value["papers"].append(each.values)
        tree.places[("papers", n)] = each.place
        tree.places |= {("papers", n, key): place for key, place in each.places.items()}
    return read_entries(tree)


def usable_id(name: str) -> str:
    """Return another program's key as a valid id, empty if nothing of it is valid."""
    text = clean_line(normalized("NFKC", name))
    id, changes = _NOT_IN_IDS.subn("-", text)
    return id.strip("-")[:ID_LENGTH].rstrip("-") if changes or len(id) > ID_LENGTH else id


def loose_date(text: str) -> str:
    """Return the date in a text, or else its year; empty for texts such as `in press`."""
    try:
        return str(parse_date(text))
    except DateError:
        year = _YEAR.search(text)
        return year[0] if year else ""


def date_of(year: int, month: int = 0, day: int = 0) -> str:
    """Return the date with as many valid parts as possible; empty for an invalid year."""
    for parts in ((year, month, day), (year, month), (year,)):
        try:
            return str(PaperDate(*parts))
        except ValueError:
            continue
    return ""


def date_part(digits: str) -> int:
    """Return the number of a year, a month or a day; 0 for any other text."""
    return int(digits) if digits.isdecimal() and len(digits) <= 4 else 0


def split_words(text: str) -> list[str]:
    """Return keywords separated by semicolons, or by commas if there are none; `{,}` does not separate."""
    separator = _SEMICOLON if _SEMICOLON.search(text) else _COMMA
    return [word for part in separator.split(text) if (word := part.strip())]
