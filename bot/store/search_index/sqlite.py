"""The index in SQLite: FTS5 for words, B-trees for keys, prefixes and the vocabulary."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any as Value
from typing import TypeAlias

from bot.search.backend import AnyOf, Expression, PaperLines, Phrase, Scope, Word
from bot.store.dialect import read_all_json
from bot.store.papers import JSON_COLUMNS
from bot.store.search_index.tables import FIELD, with_prefix, workspace_prefix

_KANA = ("\u3041", "\u30a0")
_LAST = "\U0010ffff"
_FIELD, _RECORD = FIELD, "\x1e"
_NEWEST_FIRST = "ORDER BY added_at DESC, date DESC, number DESC"
_HEAVY = 200_000  # characters of authors (5,000 of usual length) that take noticeable time to read
_MANY_TERMS, _MANY_TWICE = 32, 2  # terms, and repeated terms in one phrase, that may take noticeable time
# a prefix query of a single character; only the index of `head` is made for these
_LETTER_BEGUN = re.compile(r'"\w{4}.{1,2}" \*')
_MOST_SORTED = 500  # newest papers of a filter that are sorted by date; older ones come in the order of addition


def _as_one_text(select: str) -> str:
    """Return a query that returns all rows of `select` as one text.

    Python lets other threads run after each row, and during an import waits long for its turn.
    """
    return f"SELECT group_concat(record, char(30)) FROM ({select})"


_ROW = "p.number || char(31) || p.lines AS record"
_WORD = "word || char(31) || papers AS record"
_KEYED = _as_one_text("""SELECT k.key || char(31) || p.number || char(31) || p.lines AS record
FROM paper_keys k JOIN search_papers p ON p.number = k.number
WHERE k.workspace_id = ? AND k.key IN (SELECT value FROM json_each(?)) LIMIT ?""")
_NAMED = _as_one_text(f"""SELECT {_ROW} FROM search_papers p WHERE p.number = (
    SELECT number FROM papers WHERE workspace_id = ? AND id = ?)""")
_STARTING = _as_one_text(f"""
SELECT * FROM (SELECT {_ROW} FROM search_papers p WHERE workspace_id = ?1
               AND headline_start >= ?2 AND headline_start < ?3 AND headline_start <> '' LIMIT ?4)
UNION ALL
SELECT * FROM (SELECT {_ROW} FROM search_papers p WHERE workspace_id = ?1
               AND title_start >= ?2 AND title_start < ?3 LIMIT ?4)""")
_MATCHING = {
    part: _as_one_text(f"""
SELECT {_ROW} FROM search_{part} f CROSS JOIN search_papers p ON p.number = f.rowid
WHERE search_{part} MATCH ? ORDER BY f.rowid DESC LIMIT ?""")
    for part in ("head", "full")
}
_WRITTEN = _as_one_text("""
SELECT number AS record FROM papers, json_each(?2) spelling WHERE number IN (SELECT value FROM json_each(?1))
AND (instr(comment, spelling.value) OR instr(excerpt, spelling.value))""")
_WORDS = _as_one_text(f"""
SELECT {_WORD} FROM search_words WHERE workspace_id = ? AND word IN (SELECT value FROM json_each(?))""")
_BEGUN = _as_one_text(f"""
SELECT {_WORD} FROM search_words WHERE workspace_id = ? AND word >= ? AND word < ? ORDER BY papers DESC LIMIT ?""")
_BETWEEN = _as_one_text(f"""
SELECT {_WORD} FROM search_words
WHERE workspace_id = ?1 AND word >= ?2 AND word < ?3 AND length(word) BETWEEN ?6 AND ?7
UNION
SELECT {_WORD} FROM search_words INDEXED BY search_backward
WHERE workspace_id = ?1 AND backward >= ?4 AND backward < ?5 AND length(word) BETWEEN ?6 AND ?7""")
_HOLDING = _as_one_text(f"""
SELECT {_WORD} FROM search_words WHERE workspace_id = ?1 AND word >= ?2 AND word < ?3
AND (word GLOB ?4 OR word GLOB ?5) AND length(word) >= ?6 ORDER BY length(word) > ?6 + 2, papers DESC LIMIT ?7""")
_SOUNDING = _as_one_text(f"""
SELECT {_WORD} FROM search_words INDEXED BY search_sound
WHERE workspace_id = ? AND sound IS NOT NULL AND sound IN (SELECT value FROM json_each(?))
ORDER BY papers DESC LIMIT ?""")
_SOUNDING_SO_FAR = _as_one_text(f"""
SELECT {_WORD} FROM search_words INDEXED BY search_sound
WHERE workspace_id = ? AND sound IS NOT NULL AND sound >= ? AND sound < ? ORDER BY papers DESC LIMIT ?""")
# octet_length does not read the text itself
_LENGTH = "octet_length" if sqlite3.sqlite_version_info >= (3, 43) else "length"
_WEIGHT = f"SELECT sum({_LENGTH}(authors)) FROM papers WHERE number IN (SELECT value FROM json_each(?))"
# `+` keeps SQLite from using the workspace's index: the papers are found by their numbers
_COLUMNS = "SELECT * FROM papers WHERE +workspace_id = ? AND number IN (SELECT value FROM json_each(?))"
_ALIASES = _as_one_text("SELECT name || char(31) || meaning AS record FROM aliases WHERE workspace_id = ?")
_NAMES = _as_one_text("""
SELECT number || char(31) || id || char(31) || ifnull(headline, '') || char(31) || title AS record
FROM papers WHERE number IN (SELECT value FROM json_each(?))""")
Execute: TypeAlias = Callable[[str, tuple[object, ...]], sqlite3.Cursor]


class SearchTimeoutError(Exception):
    """The search would take longer than the time it was given."""


class SqliteBackend:
    """One workspace's index in an open SQLite database; see `backend.Backend`.

    With `is_hurried`, queries that may take longer than a moment are refused.
    """

    def __init__(self, execute: Execute, workspace_id: int, *, is_hurried: bool = False) -> None:
        self._execute, self._is_hurried = execute, is_hurried
        self._workspace = workspace_id
        self._mark = workspace_prefix(workspace_id)

    def by_keys(self, keys: Sequence[str], limit: int) -> list[tuple[str, PaperLines]]:
        """Return papers that have one of the keys, each with its key."""
        records = self._records(_KEYED, self._workspace, json.dumps(keys), limit)
        return [(key, PaperLines(int(number), *lines)) for key, number, *lines in records]

    def by_id(self, id: str) -> list[PaperLines]:
        """Return the paper with that id, if any."""
        return self._rows(_NAMED, self._workspace, id)

    def by_title_prefix(self, start: str, limit: int) -> list[PaperLines]:
        """Return papers whose title or headline, folded and without spaces, begins with `start`."""
        return self._rows(_STARTING, self._workspace, start, start + _LAST, limit)

    def matching(self, part: Scope, expression: Expression, limit: int) -> list[PaperLines]:
        """Return papers that match."""
        return self._rows(_MATCHING[part], self._match(part, expression), limit)

    def matching_numbers(self, part: Scope, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of papers that match."""
        sql = f"""SELECT rowid AS record FROM search_{part} WHERE search_{part} MATCH ?
            ORDER BY rowid DESC LIMIT ? OFFSET ?"""
        return self._numbers(_as_one_text(sql), self._match(part, expression), limit, offset)

    def matching_among(self, part: Scope, expression: Expression, numbers: Sequence[int]) -> set[int]:
        """Return which of these papers match."""
        # a range of rowids, since rowid IN (…) would run MATCH once per number
        sql = f"SELECT rowid AS record FROM search_{part} WHERE search_{part} MATCH ? AND rowid BETWEEN ? AND ?"
        matches = self._numbers(_as_one_text(sql), self._match(part, expression), min(numbers), max(numbers))
        return set(matches).intersection(numbers)

    def spelled_among(self, spellings: Sequence[str], numbers: Sequence[int]) -> set[int]:
        """Return which of these papers have one of the spellings in their comment or excerpt."""
        return set(self._numbers(_WRITTEN, json.dumps(numbers), json.dumps(spellings)))

    def count(self, part: Scope, expression: Expression) -> int:
        """Return how many papers match."""
        sql = f"SELECT count(*) FROM search_{part} WHERE search_{part} MATCH ?"
        return int(self._execute(sql, (self._match(part, expression),)).fetchone()[0])

    def newest(self, limit: int, offset: int) -> tuple[int, list[int]]:
        """Return the number of all papers, and the numbers of the newest ones from `offset` on."""
        size = self._execute("SELECT papers FROM search_sizes WHERE workspace_id = ?", (self._workspace,)).fetchone()
        sql = f"SELECT number AS record FROM papers WHERE workspace_id = ? {_NEWEST_FIRST} LIMIT ? OFFSET ?"
        return size[0] if size else 0, self._numbers(_as_one_text(sql), self._workspace, limit, offset)

    def newest_matching(self, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of the newest papers that match in any text."""
        sql = f"""SELECT number AS record FROM papers WHERE number IN (
            SELECT rowid FROM search_full WHERE search_full MATCH ? ORDER BY rowid DESC LIMIT ?)
            {_NEWEST_FIRST} LIMIT ? OFFSET ?"""
        window = max(limit + offset, _MOST_SORTED)
        return self._numbers(_as_one_text(sql), self._match("full", expression), window, limit, offset)

    def known_words(self, words: Sequence[str]) -> list[Word]:
        """Return which of the words are in the vocabulary."""
        return self._words(_WORDS, self._workspace, json.dumps(words))

    def words_by_prefix(self, beginning: str, limit: int) -> list[Word]:
        """Return the most frequent words with that prefix."""
        return self._words(_BEGUN, self._workspace, beginning, beginning + _LAST, limit)

    def words_by_ends(self, beginning: str, end: str, shortest: int, longest: int) -> list[Word]:
        """Return the words within these lengths that have that prefix or that suffix."""
        backward = end[::-1]
        return self._words(
            _BETWEEN, self._workspace, beginning, beginning + _LAST, backward, backward + _LAST, shortest, longest
        )

    def words_containing(self, front: str, back: str, shortest: int, limit: int) -> list[Word]:
        """Return the most frequent kana words that contain `front` or `back`; see `backend.Backend`."""
        begins = f"{front}*" if len(front) == 1 else f"*{front}*"
        ends = f"*{back}" if len(back) == 1 else f"*{back}*"
        return self._words(_HOLDING, self._workspace, *_KANA, begins, ends, shortest, limit)

    def words_by_sound_prefix(self, beginnings: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words whose phonetic key begins with one of these."""
        groups = [
            self._words(_SOUNDING_SO_FAR, self._workspace, prefix, prefix + _LAST, limit) for prefix in beginnings
        ]
        return sorted({word for group in groups for word in group}, key=lambda word: -word.papers)

    def words_by_sound(self, sounds: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words with one of these phonetic keys."""
        return self._words(_SOUNDING, self._workspace, json.dumps(sounds), limit)

    def names(self, numbers: Sequence[int]) -> dict[int, tuple[str, str, str]]:
        """Return id, headline ("" for none) and title of papers, by number."""
        records = self._records(_NAMES, json.dumps(numbers))
        return {int(number): (id, headline, title) for number, id, headline, title in records}

    def columns(self, numbers: Sequence[int]) -> list[dict[str, Value]]:
        """Return papers as table columns. Raises SearchTimeoutError."""
        if self._is_hurried and (self._execute(_WEIGHT, (json.dumps(numbers),)).fetchone()[0] or 0) > _HEAVY:
            raise SearchTimeoutError
        cursor = self._execute(_COLUMNS, (self._workspace, json.dumps(numbers)))
        names = [name for name, *_ in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        for row in rows:
            texts = [row[name] or "null" for name in JSON_COLUMNS]
            row |= zip(JSON_COLUMNS, read_all_json(texts), strict=True)
        return rows

    def aliases(self) -> dict[str, list[str]]:
        """Return the workspace's aliases as {name: meanings}."""
        meanings: dict[str, list[str]] = {}
        for name, meaning in self._records(_ALIASES, self._workspace):
            meanings.setdefault(name, []).append(meaning)
        return meanings

    def _records(self, sql: str, *values: object) -> list[list[str]]:
        (text,) = self._execute(sql, values).fetchone()
        return [record.split(_FIELD) for record in text.split(_RECORD)] if text else []

    def _rows(self, sql: str, *values: object) -> list[PaperLines]:
        return [PaperLines(int(record[0]), *record[1:]) for record in self._records(sql, *values)]

    def _words(self, sql: str, *values: object) -> list[Word]:
        return [Word(word, int(papers)) for word, papers in self._records(sql, *values)]

    def _numbers(self, sql: str, *values: object) -> list[int]:
        return [int(number) for (number,) in self._records(sql, *values)]

    def _match(self, part: Scope, expression: Expression) -> str:
        """Return an expression in FTS5's syntax. Raises SearchTimeoutError when hurried and it may take too long.

        FTS5 checks for an interruption only after it has found the next paper.
        """
        text = self._render(expression)
        phrases = [phrase.split(" ") for phrase in text.split('"')[1::2]]
        is_long = sum(map(len, phrases)) > _MANY_TERMS or any(len(p) - len(set(p)) > _MANY_TWICE for p in phrases)
        if self._is_hurried and (is_long or (part == "full" and _LETTER_BEGUN.search(text))):
            raise SearchTimeoutError
        return text

    def _render(self, expression: Expression) -> str:
        if isinstance(expression, Phrase):
            phrase = f'"{with_prefix(self._mark, " ".join(expression.terms))}"' + (" *" if expression.is_prefix else "")
            return f"{expression.field} : {phrase}" if expression.field else phrase
        parts = list(dict.fromkeys(map(self._render, expression.parts)))  # without duplicates, since each costs time
        if isinstance(expression, AnyOf):
            return f"({' OR '.join(parts)})"
        text = " AND ".join(parts)
        return (
            f"(({text}) NOT ({' OR '.join(map(self._render, expression.excluded))}))" if expression.excluded else text
        )
