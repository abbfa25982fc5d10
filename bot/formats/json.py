"""The JSON format of papers and collections, for other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from bot.domain.dates import PaperDate
from bot.domain.errors import FileError
from bot.domain.identifiers import Identifiers
from bot.domain.paper import FIELDS, Link, Paper
from bot.domain.paper_update import Update
from bot.formats.positions import PositionedTree, read_yaml
from bot.formats.syntax_errors import syntax_problem
from bot.i18n import msg

_LONGEST_LOCATED = 300_000  # characters; the YAML reader takes 0.2 s for them
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
_SPACE = re.compile(r"[ \t\r\n]*+")


def columns_of(paper: Paper) -> dict[str, Any]:
    """Return a paper as JSON values; unknown values are None or empty, and without updates there is no such key."""
    return {name: _value(getattr(paper, name)) for name in FIELDS if name != "updates" or paper.updates}


def update_columns(update: Update) -> dict[str, str]:
    """Return an update as JSON values."""
    values = {"kind": update.kind, "date": str(update.date), "value": update.value, "url": update.url}
    return {name: value for name, value in values.items() if value}


def _value(value: Any) -> Any:
    match value:
        case PaperDate():
            return str(value)
        case datetime():
            return value.isoformat()
        case Identifiers():
            return dict(value.pairs())
        case Link(url, label):
            return {"label": label, "url": url}
        case Update():
            return update_columns(value)
        case tuple():
            return [_value(each) for each in value]
        case _:
            return value


def read(text: str, file: str) -> list[Paper]:
    """Read a collection. Raises FileError with line and column."""
    from bot.formats.entries import read_entries  # importing it is needed only for reading

    return read_tree(text, file, read_entries)


def read_tree(text: str, file: str, papers_of: Callable[[PositionedTree], list[Paper]]) -> list[Paper]:
    """Read the papers in a JSON text. Raises FileError with line and column."""
    value = _parse(text, file)
    try:
        return papers_of(PositionedTree(file, value))
    except FileError as error:
        if len(text) > _LONGEST_LOCATED:
            raise error.at(*_place_of(text, error.entry)) from error
        try:
            document = read_yaml(text, file)  # JSON is also YAML, and the YAML reader records positions
        except FileError:
            raise error from None
        return papers_of(PositionedTree(file, value, document.places, document.keys))


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """Write a collection."""
    yield '{\n  "papers": '
    yield from written_list(map(columns_of, papers), "  ")
    yield "\n}\n"


def compact(paper: Paper) -> str:
    """Return one paper in one line, as `write` would write it in several."""
    return json.dumps(columns_of(paper), ensure_ascii=False)


def written_list(items: Iterable[object], indent: str = "") -> Iterator[str]:
    """Yield a JSON list item by item, as `json.dumps` with an indent of two would write it at that indent."""
    before, between = f"[\n{indent}  ", f",\n{indent}  "
    for item in items:
        yield before + json.dumps(item, ensure_ascii=False, indent=2).replace("\n", f"\n{indent}  ")
        before = between
    yield f"\n{indent}]" if before is between else "[]"


def _parse(text: str, file: str) -> Any:
    """Return a JSON text's value, with numbers as texts. Raises FileError with line and column."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        raise FileError(
            msg("not valid JSON: {problem}", problem=syntax_problem(error.msg)),
            file=file,
            line=error.lineno,
            column=error.colno,
        ) from error
    except _TwiceError as error:
        if len(text) <= _LONGEST_LOCATED:
            read_yaml(text, file)  # raises the same error with its position
        raise FileError(msg('the key "{key}" is given twice', key=str(error)), file=file) from error
    except RecursionError as error:
        raise FileError(msg("nested too deeply"), file=file) from error


class _TwiceError(ValueError):
    """An object has the same key twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        others = dict(values)
        raise _TwiceError(next(name for name, _ in pairs if others.pop(name, _once) is _once))
    return values


def _place_of(text: str, entry: int | None) -> tuple[int, int]:
    """Return line and column of an entry in a valid JSON text; (0, 0) if `entry` is None."""
    if entry is None:
        return 0, 0
    at = _over_space(text, 0)
    key = None if text[at] == "{" else "papers"
    while key != "papers":  # skip the values of other keys
        key, at = _DECODER.raw_decode(text, _over_space(text, at + 1))
        at = _over_space(text, _over_space(text, at) + 1)
        if key != "papers":
            at = _over_space(text, _DECODER.raw_decode(text, at)[1])
    for _ in range(entry):
        at = _over_space(text, _DECODER.raw_decode(text, _over_space(text, at + 1))[1])
    at = _over_space(text, at + 1)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _over_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
