"""Spreadsheets as text: a header row and one row per paper, as written by Excel, Google Sheets and people.

Written cells are inert: none begins like a formula, and no arXiv number looks like a decimal.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.domain.errors import FileError
from bot.domain.identifiers import Identifiers, address_of
from bot.domain.paper import FIELDS, Paper
from bot.formats.entries import read_entries
from bot.formats.links import Contents, Untitled
from bot.formats.person_names import names_in
from bot.formats.positions import PositionedTree
from bot.formats.record import Record, split_words
from bot.formats.table_columns import column_of, day_first, link_line, put_cell, year_first
from bot.formats.update_line import lines_of
from bot.i18n import Message, msg

_MOST_COLUMNS, _LONGEST_CELL = 500, 200_000
_COLUMNS = tuple(name for name in FIELDS if name != "updated_at")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class _Sheet(PositionedTree):
    """A tree with rows and columns instead of lines and columns."""

    names: list[str]

    def error(self, path: Iterable[str | int], problem: Message, *, at_key: bool = False) -> FileError:
        """Return an error that names row and column like a spreadsheet."""
        where = tuple(path)
        while where and where not in self.places:
            where = where[:-1]
        row, column = self.places.get(where, (1, 0))
        if column:
            name = self.names[column - 1] or _letters(column)
            problem = msg(
                'column {letters} ("{name}"): {problem}', letters=_letters(column), name=name, problem=problem
            )
        return FileError(msg("row {row}: {problem}", row=row, problem=problem), file=self.file)


def read(text: str, file: str) -> Contents:
    """Read a table. Raises FileError with row and column."""
    rows = _rows(text, file)
    number, header = next(rows, (1, []))
    sheet = _Sheet(file, {"papers": []})
    sheet.names = [name.strip() for name in header]
    columns = [column_of(name) for name in sheet.names]
    if not {"title", "links", "arxiv", "doi", "identifiers"} & set(columns):
        problem = msg('the first row must name the columns, at least "title" or "link" (タイトル, リンク)')
        raise FileError(msg("row {row}: {problem}", row=number, problem=problem), file=file)
    records = _records(list(rows), columns)
    contents = Contents([])
    if unknown := [name for name, column in zip(sheet.names, columns, strict=True) if name and not column]:
        names = ", ".join(f'"{name}"' for name in unknown[:10])
        contents.skipped.append((number, msg("these columns are not known and were left out: {names}", names=names)))
    _put_row(sheet, [each for each in records if "title" in each.values], contents)
    for each in records:
        if "title" not in each.values:
            _put_untitled_row(sheet, each, contents)
    return contents


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """Write a table that Excel recognises as UTF-8; several values in a cell are one per line."""
    yield "\ufeff" + _line(_COLUMNS)
    for paper in papers:
        yield _line(_cells(paper))


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the non-empty rows, each with its number."""
    text = text.removeprefix("\ufeff")
    if separator_line := re.match(r"sep=(.)\r?\n", text[:8]):  # written for Excel only
        text = text[separator_line.end() :]
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator_line[1] if separator_line else _delimiter(text)
    )
    row = 0
    try:
        for row, cells in enumerate(reader, 2 if separator_line else 1):
            if len(cells) > _MOST_COLUMNS:
                problem = msg("there are more than {n} columns", n=_MOST_COLUMNS)
                raise FileError(msg("row {row}: {problem}", row=row, problem=problem), file=file)
            if any(cell.strip() for cell in cells):
                yield row, cells
    except csv.Error as error:
        problem = msg("not valid CSV: {problem}", problem=str(error))
        raise FileError(msg("row {row}: {problem}", row=row + 1, problem=problem), file=file) from error


def _delimiter(text: str) -> str:
    """Return the delimiter of the first row; quoted text does not count."""
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    plain = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=lambda mark: (plain.count(mark), mark == ","))


def _records(rows: list[tuple[int, list[str]]], columns: list[str]) -> list[Record]:
    dates = [cells[n] for _, cells in rows for n in range(min(len(cells), len(columns))) if columns[n] == "date"]
    order, records = day_first(dates), []
    for number, cells in rows:
        each = Record((number, 0))
        for n, (column, cell) in enumerate(zip(columns, cells, strict=False), 1):
            text = cell[1:] if _FORMULA.match(cell[1:]) and cell.startswith("'") else cell
            if column == "date" and order is not None:
                text = year_first(text, order)
            if column:
                put_cell(each, column, text, (number, n))
        records.append(each)
    return records


def _put_row(sheet: _Sheet, records: list[Record], contents: Contents) -> None:
    """Make papers of the rows that have a title."""
    sheet.value, sheet.places = {"papers": []}, {}
    for n, each in enumerate(records):
        sheet.value["papers"].append(each.values)
        sheet.places[("papers", n)] = each.place
        sheet.places |= {("papers", n, key): place for key, place in each.places.items()}
    contents.papers += read_entries(sheet)


def _put_untitled_row(sheet: _Sheet, record: Record, contents: Contents) -> None:
    """Add a row without a title as an untitled line, with its link as the source and its other values."""
    values: dict[str, Any] = record.values
    links, ids = values.get("links") or [], values.get("identifiers") or {}
    source = links[0]["url"] if links else next((address_of(*pair) for pair in ids.items()), "")
    if not source:
        sheet.places = {(): record.place}
        raise sheet.error((), msg("there is neither a title nor a link"))
    record.put("title", source)
    only = Contents([])
    _put_row(sheet, [record], only)
    contents.untitled.append(Untitled(record.place[0], source, only.papers[0]))


def _letters(column: int) -> str:
    """Return a column's name in a spreadsheet: A, B … Z, AA."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(["'" + cell if _FORMULA.match(cell) else cell for cell in cells])
    return out.getvalue()


def _cells(paper: Paper) -> Iterator[str]:
    for name in _COLUMNS:
        match getattr(paper, name):
            case None:
                yield ""
            case datetime() as moment:
                yield moment.isoformat()
            case Identifiers() as ids:
                yield "\n".join(f"{scheme}:{id}" for scheme, id in ids.pairs())
            case tuple() as values if name == "links":
                yield "\n".join(map(link_line, values))
            case tuple() if name == "updates":
                yield lines_of(paper)
            case tuple() as values:
                yield _several(values)
            case value:
                yield str(value)


def _several(values: Sequence[str]) -> str:
    """Return values one per line; a single value with a comma gets a line end, so that the comma separates nothing."""
    is_one = len(values) == 1 and names_in(values[0]) == [values[0]] == split_words(values[0])
    return "\n".join(values) + ("\n" if len(values) == 1 and not is_one else "")
