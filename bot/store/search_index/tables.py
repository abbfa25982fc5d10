"""The tables of the search index, and the statements that add and remove a paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from bot.domain.paper import Paper
from bot.search.document import Document, document_of
from bot.search.phonetics import phonetic_key
from bot.store.database import batched

WORDS_AT_ONCE = 600
TABLE_NAMES = ("search_papers", "search_sizes", "search_words", "search_head", "search_full")
FIELD = "\x1f"  # separates the lines of a paper
_FTS = "content='', columnsize=0, tokenize='ascii'"
TABLES = (
    "CREATE TABLE search_papers (number INTEGER PRIMARY KEY, workspace_id INTEGER NOT NULL, lines TEXT NOT NULL,"
    " title_start TEXT NOT NULL, headline_start TEXT NOT NULL)",
    "CREATE INDEX search_title ON search_papers (workspace_id, title_start)",
    "CREATE INDEX search_headline ON search_papers (workspace_id, headline_start) WHERE headline_start <> ''",
    "CREATE TABLE search_sizes (workspace_id INTEGER PRIMARY KEY, papers INTEGER NOT NULL)",
    "CREATE TABLE search_words (workspace_id INTEGER NOT NULL, word TEXT NOT NULL, backward TEXT NOT NULL,"
    " sound TEXT, papers INTEGER NOT NULL, PRIMARY KEY (workspace_id, word)) WITHOUT ROWID",
    "CREATE INDEX search_backward ON search_words (workspace_id, backward)",
    "CREATE INDEX search_sound ON search_words (workspace_id, sound) WHERE sound IS NOT NULL",
    # prefix: the workspace's four letters and one more, so that a query of one character finds words that begin with it
    f"CREATE VIRTUAL TABLE search_head USING fts5(heading, names, labels, prefix='5', {_FTS})",
    f"CREATE VIRTUAL TABLE search_full USING fts5(head, comment, rest, {_FTS})",
    # bytes of memory before terms are written out: fewer and larger segments halve the time of an import
    "INSERT INTO search_head(search_head, rank) VALUES ('hashsize', 16777216)",
    "INSERT INTO search_full(search_full, rank) VALUES ('hashsize', 33554432)",
)
EMPTYING = (
    "INSERT INTO search_head(search_head) VALUES ('delete-all')",
    "INSERT INTO search_full(search_full) VALUES ('delete-all')",
    *(f"DELETE FROM {table}" for table in TABLE_NAMES if table not in ("search_head", "search_full")),
)
_SIZE = "INSERT INTO search_sizes VALUES (?,?) ON CONFLICT DO UPDATE SET papers = papers + excluded.papers"
_UNUSED_WORDS = """DELETE FROM search_words
    WHERE workspace_id = ? AND word IN (SELECT value FROM json_each(?)) AND papers <= 0"""
Statement: TypeAlias = tuple[str, list[tuple[object, ...]]]
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def workspace_prefix(workspace_id: int) -> str:
    """Return the four letters that precede all terms of a workspace in the full-text tables.

    Every term, with its list of papers, so belongs to one workspace: none sees another's papers or waits for them.
    """
    mark = ""
    for _ in range(4):
        workspace_id, digit = divmod(workspace_id, 36)
        mark = _DIGITS[digit] + mark
    return mark


def with_prefix(mark: str, terms: str) -> str:
    """Return space-separated terms, each with the prefix."""
    return mark + terms.replace(" ", " " + mark) if terms else ""


class IndexRow(NamedTuple):
    """What the tables store of a paper, except its number.

    `words` are those in which typos are corrected, `sounds` their phonetic keys.
    """

    lines: str
    title_start: str
    headline_start: str
    heading: str
    names: str
    labels: str
    comment: str
    rest: str
    words: list[str]
    sounds: dict[str, str]


class IndexTables(NamedTuple):
    """The tables of an index on one kind of database, and the statements that add papers to them."""

    names: tuple[str, ...]
    creation: tuple[str, ...]
    insertion: Callable[[int, Sequence[tuple[int, IndexRow]]], Iterator[Statement]]
    size_change: Callable[[int, int], Statement]
    word_insertion: Callable[[int, Mapping[str, int], Mapping[str, str]], Iterator[Statement]]


def index_row_of(workspace_id: int, paper: Paper, *, with_sounds: bool = True) -> IndexRow:
    """Build a paper's index row: the slow part of indexing. Removal needs a row without sounds only."""
    entry = document_of(paper)
    spoken = entry.pronounceable if with_sounds else ()
    sounds = {word: sound for word in spoken if (sound := phonetic_key(word))}
    heading, names, labels, comment, rest = _columns(workspace_prefix(workspace_id), entry)
    return IndexRow(
        FIELD.join(entry.lines),
        *entry.title_prefixes,
        heading,
        names,
        labels,
        comment,
        rest,
        list(entry.words),
        sounds,
    )


def insertion(workspace_id: int, rows: Sequence[tuple[int, IndexRow]]) -> Iterator[Statement]:
    """Yield statements with their rows that insert papers by number, without their words."""
    yield (
        _insert("search_papers", 5),
        [(number, workspace_id, piece.lines, piece.title_start, piece.headline_start) for number, piece in rows],
    )
    yield (
        "INSERT INTO search_head(rowid, heading, names, labels) VALUES (?,?,?,?)",
        [(number, piece.heading, piece.names, piece.labels) for number, piece in rows],
    )
    yield (
        "INSERT INTO search_full(rowid, head, comment, rest) VALUES (?,?,?,?)",
        [(n, f"{piece.heading} {piece.names} {piece.labels}", piece.comment, piece.rest) for n, piece in rows],
    )


def size_change(workspace_id: int, papers: int) -> Statement:
    """Return the statement that adds to the number of papers, or subtracts from it."""
    return _SIZE, [(workspace_id, papers)]


def word_insertion(workspace_id: int, words: Mapping[str, int], sounds: Mapping[str, str]) -> Iterator[Statement]:
    """Yield statements that add words to the vocabulary, given the number of new papers with each word."""
    sql = f"""{_insert("search_words", 5)} ON CONFLICT DO UPDATE
        SET papers = papers + excluded.papers, sound = coalesce(sound, excluded.sound)"""
    for batch in batched(sorted(words.items()), WORDS_AT_ONCE):
        yield sql, [(workspace_id, word, word[::-1], sounds.get(word), n) for word, n in batch]


def deletion(rows: Sequence[tuple[int, IndexRow]]) -> Iterator[Statement]:
    """Yield statements with their rows that remove papers by number, without their words."""
    yield (
        "INSERT INTO search_head(search_head, rowid, heading, names, labels) VALUES ('delete',?,?,?,?)",
        [(number, piece.heading, piece.names, piece.labels) for number, piece in rows],
    )
    yield (
        "INSERT INTO search_full(search_full, rowid, head, comment, rest) VALUES ('delete',?,?,?,?)",
        [(n, f"{piece.heading} {piece.names} {piece.labels}", piece.comment, piece.rest) for n, piece in rows],
    )
    yield "DELETE FROM search_papers WHERE number = ?", [(number,) for number, _ in rows]


def word_deletion(workspace_id: int, words: Mapping[str, int]) -> Iterator[Statement]:
    """Yield statements that remove words from the vocabulary, given the number of removed papers with each word."""
    for batch in batched(sorted(words.items()), WORDS_AT_ONCE):
        yield (
            "UPDATE search_words SET papers = papers - ? WHERE workspace_id = ? AND word = ?",
            [(count, workspace_id, word) for word, count in batch],
        )
        yield _UNUSED_WORDS, [(workspace_id, json.dumps([word for word, _ in batch], ensure_ascii=False))]


SQLITE = IndexTables(TABLE_NAMES, TABLES, insertion, size_change, word_insertion)


def _insert(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({','.join('?' * columns)})"


def _columns(mark: str, entry: Document) -> list[str]:
    return [with_prefix(mark, terms) for terms in entry.columns]
