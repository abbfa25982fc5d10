"""What a site was made of: for each group of pages what it showed, and for each page a fingerprint and its files.

The file has a line of its own for each group, which is parsed only where somebody asks: of 25,000 groups an edit
touches some hundred. Fields are separated by U+001F and pages by tabs, which no name, path or key contains.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

VERSION = 2
Sizes = dict[str, int]
"""Sizes in bytes of a page's files, by their paths within the site."""
_FIELD, _PAGE = "\x1f", "\t"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page as it was last written."""

    fingerprint: str
    sizes: Sizes


@dataclass(slots=True)
class Manifest:
    """The state of the collection that a site shows, notes for the next build, and the groups of its pages by name."""

    state: str = ""
    notes: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, note: Iterable[str], pages: Mapping[str, Entry]) -> None:
        """Set a group: what the next build needs to know of it, and its pages by key."""
        entries = (
            _FIELD.join((key, entry.fingerprint, *(str(part) for pair in entry.sizes.items() for part in pair)))
            for key, entry in pages.items()
        )
        self.lines[name] = encoded(_PAGE.join((_FIELD.join(note), *entries)))

    def note(self, name: str) -> Sequence[str]:
        """Return what was noted of a group; the first field is empty if it is not there."""
        return [decoded(field) for field in fields_of(self.lines.get(name, b""))]

    def has_note(self, name: str, first: str) -> bool:
        """Return whether a group is there, and its note begins with that field."""
        return self.lines.get(name, b"").startswith(encoded(f"{first}{_FIELD}"))

    def pages(self, name: str) -> dict[str, Entry]:
        """Return the pages of a group by key; none if it is not there."""
        return {key: Entry(print_, _sizes(files)) for key, print_, *files in self._fields(name)}

    def files(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Yield for each group its name, and the paths and sizes of its files."""
        for name in self.lines:
            yield (
                name,
                [pair for _, _, *files in self._fields(name) for pair in zip(files[::2], files[1::2], strict=True)],
            )

    def _fields(self, name: str) -> Iterator[list[str]]:
        pages = decoded(self.lines.get(name, b"")).split(_PAGE)[1:]
        return (page.split(_FIELD) for page in pages)


def fingerprint(*parts: str) -> str:
    """Return a short hash of texts."""
    return blake2b(encoded(_FIELD.join(parts)), digest_size=9).hexdigest()


def fields_of(line: bytes) -> list[bytes]:
    """Return the fields of the note with which the line of a group begins, or which is all of it."""
    return line.partition(encoded(_PAGE))[0].split(encoded(_FIELD))


def note_of(fields: Iterable[str]) -> bytes:
    """Return the note of these fields."""
    return encoded(_FIELD.join(fields))


def encoded(text: str) -> bytes:
    """Return a text as the manifest's file has it."""
    return text.encode("utf-8", "surrogatepass")


def decoded(text: bytes) -> str:
    """Return a text of the manifest's file."""
    return text.decode("utf-8", "surrogatepass")


def read(path: Path) -> Manifest:
    """Return the manifest of a site; an empty one if it is missing, damaged or of another version.

    It is read and written line by line: that of 100,000 papers has 60 MB.
    """
    try:
        with path.open("rb") as file:
            head, notes = file.readline(), file.readline()
            found, checksum = Manifest(_head(head), json.loads(notes)), blake2b(notes, digest_size=9)
            for line in file:
                checksum.update(line)
                name, _, found.lines[decoded(name)] = line.rstrip(b"\n").partition(b"\t")
        return found if json.loads(head)["checksum"] == checksum.hexdigest() else Manifest()
    except (OSError, ValueError, KeyError, TypeError):
        return Manifest()


def read_state(path: Path) -> str:
    """Return the state of the collection that a site shows, without reading the rest; empty if there is none."""
    try:
        with path.open("rb") as file:
            return _head(file.readline())
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def dump(manifest: Manifest) -> Iterator[bytes]:
    """Yield the lines of the manifest's file."""
    checksum = blake2b(digest_size=9)
    for line in _body(manifest):
        checksum.update(line)
    yield _json({"version": VERSION, "state": manifest.state, "checksum": checksum.hexdigest()})
    yield from _body(manifest)


def _body(manifest: Manifest) -> Iterator[bytes]:
    yield _json(manifest.notes)
    yield from (encoded(f"{name}\t") + rest + b"\n" for name, rest in manifest.lines.items())


def _head(line: bytes) -> str:
    head = json.loads(line)
    if head["version"] != VERSION:
        raise ValueError("a manifest of another version")
    return str(head["state"])


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _sizes(files: Sequence[str]) -> Sizes:
    return dict(zip(files[::2], map(int, files[1::2]), strict=True))
