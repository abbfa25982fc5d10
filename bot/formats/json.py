"""The JSON form of a paper and of a collection: what other programs read and write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.domain.errors import FileError
from bot.domain.paper import Paper
from bot.formats.entries import read_entries
from bot.formats.tree import Tree, read_yaml
from bot.i18n import msg


def columns_of(paper: Paper) -> dict[str, Any]:
    """Return a paper as JSON values; a value that is not known is None or empty."""
    return {
        "id": paper.id,
        "headline": paper.headline,
        "title": paper.title,
        "date": str(paper.date) if paper.date else None,
        "comment": paper.comment,
        "excerpt": paper.excerpt,
        "organization": paper.organization,
        "authors": list(paper.authors),
        "links": [{"label": link.label, "url": link.url} for link in paper.links],
        "tags": list(paper.tags),
        "identifiers": dict(paper.identifiers.pairs()),
        "added_at": paper.added_at.isoformat() if paper.added_at else None,
        "added_by": paper.added_by,
        "updated_at": paper.updated_at.isoformat() if paper.updated_at else None,
    }


def read(text: str, file: str) -> list[Paper]:
    """Read a collection. Raises FileError with line and column."""
    return read_tree(text, file, read_entries)


def read_tree(text: str, file: str, papers_of: Callable[[Tree], list[Paper]]) -> list[Paper]:
    """Read a JSON text's papers. Raises FileError with line and column."""
    value = _parse(text, file)
    try:
        return papers_of(Tree(file, value))
    except FileError as error:
        try:
            known = read_yaml(text, file)  # JSON is YAML too, and that reader knows where everything stands
        except FileError:
            raise error from None
        return papers_of(Tree(file, value, known.places, known.keys))


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """Write a collection."""
    yield '{\n  "papers": '
    yield from written_list(map(columns_of, papers), "  ")
    yield "\n}\n"


def written_list(items: Iterable[object], indent: str = "") -> Iterator[str]:
    """Yield a JSON list item by item, as `json.dumps` with an indent of two writes it at that indent."""
    before, between = f"[\n{indent}  ", f",\n{indent}  "
    for item in items:
        yield before + json.dumps(item, ensure_ascii=False, indent=2).replace("\n", f"\n{indent}  ")
        before = between
    yield f"\n{indent}]" if before is between else "[]"


def _parse(text: str, file: str) -> Any:
    """Return a JSON text's value, its numbers left as texts. Raises FileError with line and column."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        raise FileError(msg("not valid JSON: {problem}", problem=error.msg), file=file, line=error.lineno,
                        column=error.colno) from error  # fmt: skip
    except _TwiceError as error:
        read_yaml(text, file)  # raises the same with the place
        raise FileError(msg('the key "{key}" is given twice', key=str(error)), file=file) from error
    except RecursionError as error:
        raise FileError(msg("too deep"), file=file) from error


class _TwiceError(ValueError):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return found
