"""The tables of the search index, and the statements that add and remove a paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from bot.domain.paper import Paper
from bot.search.document import Document, document_of, pack, unpack
from bot.search.phonetics import phonetic_key
from bot.store.database import batched

INDEX_VERSION = 5
WORDS_AT_ONCE = 600
TABLE_NAMES = ("search_papers", "search_documents", "search_sizes", "search_words", "search_head", "search_full")
FIELD = "\x1f"  # separates the lines of a paper
_FTS = "content='', columnsize=0, tokenize='ascii'"
TABLES = (
    "CREATE TABLE search_papers (number INTEGER PRIMARY KEY, workspace_id INTEGER NOT NULL, lines TEXT NOT NULL,"
    " title_start TEXT NOT NULL, headline_start TEXT NOT NULL)",
    "CREATE TABLE search_documents (number INTEGER PRIMARY KEY, document BLOB NOT NULL)",
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
_SIZE = "INSERT INTO search_sizes VALUES (?,?) ON CONFLICT DO UPDATE SET papers = papers + excluded.papers"
Statement: TypeAlias = tuple[str, list[tuple[object, ...]]]
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def workspace_prefix(workspace_id: int) -> str:
    """Return the four letters that precede all terms of a workspace in the full-text tables.

    Every term, with its list of papers, thereby belongs to one workspace: none sees another's papers or waits for them.
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

    `document` is needed to remove the paper; `words` are those in which typos are corrected, `sounds` their phonetic
    keys.
    """

    lines: str
    title_start: str
    headline_start: str
    heading: str
    names: str
    labels: str
    comment: str
    rest: str
    document: bytes
    words: list[str]
    sounds: dict[str, str]


def index_row_of(workspace_id: int, paper: Paper) -> IndexRow:
    """Build a paper's index row: the slow part of indexing."""
    entry = document_of(paper)
    sounds = {word: sound for word in entry.pronounceable if (sound := phonetic_key(word))}
    heading, names, labels, comment, rest = _columns(workspace_prefix(workspace_id), entry)
    return IndexRow(
        FIELD.join(entry.lines),
        *entry.title_prefixes,
        heading,
        names,
        labels,
        comment,
        rest,
        pack(entry),
        list(entry.words),
        sounds,
    )


def insertion(workspace_id: int, rows: Sequence[tuple[int, IndexRow]]) -> Iterator[Statement]:
    """Yield statements with their rows that insert papers by number, without their words."""
    yield (
        _insert("search_papers", 5),
        [(number, workspace_id, piece.lines, piece.title_start, piece.headline_start) for number, piece in rows],
    )
    yield _insert("search_documents", 2), [(number, piece.document) for number, piece in rows]
    yield (
        "INSERT INTO search_head(rowid, heading, names, labels) VALUES (?,?,?,?)",
        [(number, piece.heading, piece.names, piece.labels) for number, piece in rows],
    )
    yield (
        "INSERT INTO search_full(rowid, head, comment, rest) VALUES (?,?,?,?)",
        [(n, f"{piece.heading} {piece.names} {piece.labels}", piece.comment, piece.rest) for n, piece in rows],
    )
    yield _SIZE, [(workspace_id, len(rows))]


def word_insertion(workspace_id: int, words: Mapping[str, int], sounds: Mapping[str, str]) -> Iterator[Statement]:
    """Yield statements that add words to the vocabulary, given the number of new papers with each word."""
    sql = f"""{_insert("search_words", 5)} ON CONFLICT DO UPDATE
        SET papers = papers + excluded.papers, sound = coalesce(sound, excluded.sound)"""
    for batch in batched(sorted(words.items()), WORDS_AT_ONCE):
        yield sql, [(workspace_id, word, word[::-1], sounds.get(word), n) for word, n in batch]


def deletion(workspace_id: int, kept: Iterable[tuple[int, bytes]]) -> Iterator[Statement]:
    """Yield statements that remove papers, given their rows in search_documents."""
    mark = workspace_prefix(workspace_id)
    entries = [(number, unpack(packed)) for number, packed in kept]
    columns = [(number, _columns(mark, entry)) for number, entry in entries]
    yield (
        "INSERT INTO search_head(search_head, rowid, heading, names, labels) VALUES ('delete',?,?,?,?)",
        [(number, *terms[:3]) for number, terms in columns],
    )
    yield (
        "INSERT INTO search_full(search_full, rowid, head, comment, rest) VALUES ('delete',?,?,?,?)",
        [(number, " ".join(terms[:3]), *terms[3:]) for number, terms in columns],
    )
    for table in ("search_papers", "search_documents"):
        yield f"DELETE FROM {table} WHERE number = ?", [(number,) for number, _ in entries]
    yield _SIZE, [(workspace_id, -len(entries))]
    counted = sorted(Counter(chain.from_iterable(entry.words for _, entry in entries)).items())
    for batch in batched(counted, WORDS_AT_ONCE):
        yield (
            "UPDATE search_words SET papers = papers - ? WHERE workspace_id = ? AND word = ?",
            [(count, workspace_id, word) for word, count in batch],
        )
        yield (
            "DELETE FROM search_words WHERE workspace_id = ? AND word = ? AND papers <= 0",
            [(workspace_id, word) for word, _ in batch],
        )


def _insert(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({','.join('?' * columns)})"


def _columns(mark: str, entry: Document) -> list[str]:
    return [with_prefix(mark, terms) for terms in entry.columns]
