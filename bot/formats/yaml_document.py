"""A papers file in YAML as text, so that one entry can change while every other line stays as it is.

Entries are separated by the lines where the reader found them; comments and blank lines above an entry stay. In an
entry with one key per line, only the keys that changed are rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.domain.errors import FileError
from bot.domain.paper import FIELDS, Paper
from bot.domain.paper_update import Update
from bot.formats import yaml
from bot.formats.entries import read_entries
from bot.formats.positions import PositionedTree, read_yaml
from bot.formats.yaml_entry import lines_of, values_of
from bot.i18n import msg

_GAP = re.compile(r"(?P<indent>[ \t]*)(?:#.*)?|\.\.\.|---")
_DASH = re.compile(r"(?P<before> *)-(?P<after> +)$")
_ALIAS = re.compile(r"(?:^|[\s\[{,:-])\*[\w-]", re.MULTILINE)


@dataclass(slots=True)
class YamlEntry:
    """One paper's lines, its comments and blank lines above, and its keys with their lines if they are known."""

    paper: Paper
    lines_above: list[str]
    lines: list[str]
    keys: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class YamlDocument:
    """A file's text in parts; `text` joins them."""

    head: list[str]
    entries: list[YamlEntry]
    tail: list[str]
    dash: int = 2
    file: str = ""
    by_id: dict[str, YamlEntry] = field(default_factory=dict)

    def _known(self) -> dict[str, YamlEntry]:
        if len(self.by_id) != len(self.entries):
            self.by_id = {entry.paper.id: entry for entry in self.entries}
        return self.by_id

    def updates_of(self, id: str) -> tuple[Update, ...]:
        """Return the updates that the paper's entry has; none if there is no such entry."""
        entry = self._known().get(id)
        return entry.paper.updates if entry else ()

    def put(self, paper: Paper) -> None:
        """Change the paper's entry, or add one above all others. Raises FileError."""
        if entry := self._known().get(paper.id):
            entry.lines, entry.paper, entry.keys = _changed(entry, paper, self.dash), paper, []
            return
        if self.entries and (len(self.entries) == 1 or "" in self.entries[1].lines_above):
            first = self.entries[0]
            first.lines_above = first.lines_above if first.lines_above[:1] == [""] else ["", *first.lines_above]
        self.entries.insert(0, YamlEntry(paper, [], _checked(lines_of(paper, self.dash), paper)))
        self.by_id[paper.id] = self.entries[0]

    def drop(self, id: str) -> None:
        """Remove the paper's entry; comments above it stay, a lone blank line does not."""
        entry = self._known().pop(id)
        n = next(n for n, each in enumerate(self.entries) if each is entry)
        lines_below = self.entries[n + 1].lines_above if n + 1 < len(self.entries) else self.tail
        lines_below[:0] = entry.lines_above if any(line.strip() for line in entry.lines_above) or n == 0 else []
        if n == 0 and lines_below[:1] == [""]:
            del lines_below[0]
        del self.entries[n]

    def text(self) -> str:
        """Return the whole file. Raises FileError if other entries refer to one that changed."""
        lines = [
            *self.head,
            *(line for entry in self.entries for line in (*entry.lines_above, *entry.lines)),
            *self.tail,
        ]
        text = "".join(f"{line}\n" for line in lines)
        if _ALIAS.search(text) and _indexed(yaml.read(text, self.file)) != _indexed(
            entry.paper for entry in self.entries
        ):
            raise FileError(msg("an entry cannot be changed because others refer to it with *"), file=self.file)
        return text


def read_document(text: str, file: str) -> YamlDocument:
    """Read a file with its layout. Raises FileError with line and column."""
    tree = read_yaml(text, file)
    papers = read_entries(tree)
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    starts = [_start(tree, n, lines) for n in range(len(papers))]
    columns = {start[1] for start in starts if start}
    if not papers or len(columns) != 1 or None in starts:
        return _rebuilt(tree, papers, lines, file)
    dash = columns.pop()
    document = YamlDocument(lines[: starts[0][0]] if starts[0] else [], [], [], dash, file)
    above, document.head = _cut_gap(document.head, dash)
    firsts = [start[0] for start in starts if start] + [len(lines)]
    for n, paper in enumerate(papers):
        gap, body = _cut_gap(lines[firsts[n] : firsts[n + 1]], dash)
        document.entries.append(YamlEntry(paper, above, body, _keys(tree, n, firsts[n], body)))
        above = gap
    document.tail = above
    return document


def _start(tree: PositionedTree, n: int, lines: list[str]) -> tuple[int, int] | None:
    """Return the entry's first line (from 0) and the column of its dash; None if it does not start a line."""
    line, column = tree.places.get(("papers", n), (0, 0))
    match = _DASH.fullmatch(lines[line - 1][: column - 1]) if line else None
    return (line - 1, len(match["before"])) if match else None


def _cut_gap(lines: list[str], dash: int) -> tuple[list[str], list[str]]:
    """Split off the blank lines and comments at the end that belong to no entry; return (these, the lines before)."""
    at = len(lines)
    while (
        at
        and (gap := _GAP.fullmatch(lines[at - 1]))
        and (not lines[at - 1].strip() or len(gap["indent"] or "") <= dash)
    ):
        at -= 1
    return lines[at:], lines[:at]


def _keys(tree: PositionedTree, n: int, first: int, body: list[str]) -> list[tuple[str, int]]:
    """Return each key with its line in the entry; empty if a key does not start its own line."""
    places = [(tree.keys[("papers", n, key)], key) for key in tree.value["papers"][n]]
    keys = []
    for (line, column), key in places:
        before = body[line - 1 - first][: column - 1]
        if before.strip(" ") not in ("", "-") or (before.strip(" ") == "-") != (line - 1 == first):
            return []
        keys.append((key, line - 1 - first))
    return keys if keys and keys[0][1] == 0 and len({column for (_, column), _ in places}) == 1 else []


def _rebuilt(tree: PositionedTree, papers: list[Paper], lines: list[str], file: str) -> YamlDocument:
    """Rewrite a file that has no entries, or whose entries do not start their own lines."""
    key = tree.keys.get(("papers",), (len(lines) + 1, 0))[0] - 1
    head = [*lines[:key], "papers:"]
    tail = lines[key + 1 :] if not papers else []
    document = YamlDocument(head, [], tail, file=file)
    for paper in reversed(papers):
        document.put(paper)
    return document


def _changed(entry: YamlEntry, paper: Paper, dash: int) -> list[str]:
    """Return the entry's lines with the changes; rewritten completely if its parts are unknown."""
    old, new = values_of(entry.paper), values_of(paper)
    if entry.keys:
        present = {key for key, _ in entry.keys}
        changed_keys = {key for key in FIELDS if old.get(key) != new.get(key)} - {"added_at", "added_by"} | (
            {"id"} - present
        )
        lines = _spliced(entry, {key: new.get(key) for key in changed_keys}, dash)
        if _reads_as(lines, paper):
            return lines
    return _checked(lines_of(paper, dash), paper)


def _spliced(entry: YamlEntry, values: dict[str, object], dash: int) -> list[str]:
    indent = len(_indent_of(entry.lines[0]))
    ends = [line for _, line in entry.keys[1:]] + [len(entry.lines)]
    parts = {key: entry.lines[line:end] for (key, line), end in zip(entry.keys, ends, strict=True)}
    first = next(iter(parts))
    parts[first] = [" " * indent + parts[first][0][indent:], *parts[first][1:]]
    for key, value in values.items():
        gap = _cut_gap(parts[key], indent)[0] if key in parts else []
        new_lines = lines_of({key: value}, indent) if value else []
        parts[key] = [*new_lines, *gap]
    order = list(parts)
    for key in values:
        if key not in dict(entry.keys):  # insert a new key where the writer would put it
            order.remove(key)
            before = [n for n, other in enumerate(order) if FIELDS.index(other) < FIELDS.index(key)]
            order.insert(before[-1] + 1 if before else 0, key)
    lines = [line for key in order for line in parts[key]]
    return [" " * dash + "-" + lines[0][dash + 1 :], *lines[1:]] if lines else []


def _indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" -"))]


def _reads_as(lines: list[str], paper: Paper) -> bool:
    try:
        papers = yaml.read("papers:\n" + "\n".join(lines) + "\n", "")
    except FileError:
        return False
    return _indexed(papers) == _indexed([paper])


def _indexed(papers: Iterable[Paper]) -> list[tuple[str, tuple[object, ...]]]:
    return [(paper.id, paper.content) for paper in papers]


def _checked(lines: list[str], paper: Paper) -> list[str]:
    if not _reads_as(lines, paper):
        raise FileError(msg('"{id}" cannot be written in a form that reads back', id=paper.id), file="YAML")
    return lines
