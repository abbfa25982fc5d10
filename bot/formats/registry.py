"""Determines a file's format, and reads and writes by format name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from bot.domain.errors import FileError, InputError
from bot.domain.os_errors import os_reason
from bot.domain.paper import Paper
from bot.formats.atomic_file import read_regular
from bot.formats.encoding import decode
from bot.i18n import msg

if TYPE_CHECKING:
    from bot.formats.links import Contents

Reader: TypeAlias = Callable[[str, str], list[Paper]]
# Yields at least once per paper before it takes the next one, so that papers may arrive gradually.
Writer: TypeAlias = Callable[[Iterable[Paper]], Iterator[str]]


def _module(name: str) -> Any:
    """Import a format's module on use: a start needs none of them."""
    return import_module(f"bot.formats.{name}")


def _read(name: str, text: str, file: str) -> list[Paper]:
    papers: list[Paper] = _module(name).read(text, file)
    return papers


def _titled_only(name: str, text: str, file: str) -> list[Paper]:
    return _all_titled(_module(name).read(text, file), file)


def _write(name: str, papers: Iterable[Paper]) -> Iterator[str]:
    pieces: Iterator[str] = _module(name).write(papers)
    return pieces


# Formats whose papers may lack a title, which has to be looked up.
_LISTS = {"csv": "csv", "markdown": "markdown_reader", "html": "html_reader", "links": "links"}
READERS: Mapping[str, Reader] = {
    name: partial(_read, name) for name in ("yaml", "json", "bibtex", "csl", "ris", "matome")
} | {name: partial(_titled_only, module) for name, module in _LISTS.items()}
WRITERS: Mapping[str, Writer] = {
    name: partial(_write, name) for name in ("yaml", "json", "bibtex", "csl", "ris", "csv", "markdown", "html")
}
WRITTEN = (*WRITERS, "atom")
_ENDINGS = {
    ".csl.json": "csl",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".csl": "csl",
    ".bib": "bibtex",
    ".ris": "ris",
    ".csv": "csv",
    ".tsv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".atom": "atom",
    ".xml": "atom",
    ".txt": "links",
}

ENDING_OF = {name: ending for ending, name in reversed(_ENDINGS.items())}


def read_file(path: Path, format: str | None = None) -> list[Paper]:
    """Read a file's papers. Raises FileError, or InputError for an unknown format."""
    return _all_titled(read_contents(path, format), str(path))


def read_contents(path: Path, format: str | None = None) -> Contents:
    """Read a file's papers, and the lines that have no title. Raises the same errors as `read_file`."""
    name = format_of(str(path), format, list(READERS))
    try:
        content = read_regular(path)
    except OSError as error:
        raise FileError(msg("cannot be read: {reason}", reason=os_reason(error)), file=str(path)) from error
    text = decode(content, name, str(path))
    if not format:
        name = _by_shape(name, text)
    if name in _LISTS:
        contents: Contents = _module(_LISTS[name]).read(text, str(path))
        return contents
    from bot.formats.links import Contents

    return Contents(READERS[name](text, str(path)))


def writer(format: str, collection: UUID, address: str = "") -> Writer:
    """Return the writer of a format; only an Atom feed uses the collection and its own address.

    Imports the format, which may take 50 ms.
    """
    module = _module(format)
    return partial(module.write, feed=module.AtomFeed(collection, address)) if format == "atom" else WRITERS[format]


def format_of(file: str, requested: str | None, names: Sequence[str]) -> str:
    """Return the given format, or else the one of the file's extension."""
    lower = Path(file).name.lower()
    ending = next((name for end, name in _ENDINGS.items() if lower.endswith(end) and lower != end), "")
    name = (requested or ending).lower()
    if name not in names and requested:
        raise InputError(
            msg('There is no format "{name}"; the formats are: {known}.', name=requested, known=", ".join(names))
        )
    if name not in names:
        raise InputError(
            msg(
                'The format of "{file}" is not known; give one with --format: {known}.',
                file=file,
                known=", ".join(names),
            )
        )
    return name


def _by_shape(name: str, text: str) -> str:
    """Distinguish formats that share an extension: CSL-JSON is a list, a 「まとめ」 page has labelled titles."""
    if name == "json" and text.lstrip().startswith("["):
        return "csl"
    return "matome" if name == "links" and _module("matome").is_matome(text) else name


def _all_titled(contents: Contents, file: str) -> list[Paper]:
    if contents.untitled:
        lines = ", ".join(str(each.line) for each in contents.untitled[:10]) + (
            ", …" if len(contents.untitled) > 10 else ""
        )
        problem = msg("the titles of lines {lines} are not known; write each after its link", lines=lines)
        raise FileError(problem, file=file, line=contents.untitled[0].line)
    return contents.papers
