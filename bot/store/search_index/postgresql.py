"""The index in PostgreSQL: GIN over tsvectors for words, B-trees for keys, prefixes and the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from bot.domain.paper import Columns
from bot.search.backend import AllOf, AnyOf, Expression, PaperLines, Phrase, Scope, Word
from bot.search.document import is_in_vocabulary
from bot.store.search_index.postgresql_tables import FULL_TERMS, HEAD_TERMS
from bot.store.search_index.tables import FIELD, workspace_prefix
from bot.store.search_index.tsearch import BLOCK_BITS, HEAD, block_prefix, index_query, tsquery

_KANA = ("\u3041", "\u30a0")
_LAST = "\U0010ffff"
_NEWEST_FIRST = "ORDER BY added_at DESC, date DESC NULLS LAST, number DESC"
_MOST_SORTED = 500  # newest papers of a filter that are sorted by date; older ones come in the order of addition
_KEYED = """SELECT k.key, p.number, p.lines FROM paper_keys k JOIN search_papers p ON p.number = k.number
WHERE k.workspace_id = $1 AND k.key = ANY($2::text[]) LIMIT $3"""
_NAMED = """SELECT p.number, p.lines FROM papers JOIN search_papers p ON p.number = papers.number
WHERE papers.workspace_id = $1 AND papers.id = $2"""
_STARTING = """
(SELECT number, lines FROM search_papers WHERE workspace_id = $1
 AND headline_start >= $2 AND headline_start < $3 AND headline_start <> '' ORDER BY headline_start, number LIMIT $4)
UNION ALL
(SELECT number, lines FROM search_papers WHERE workspace_id = $1
 AND title_start >= $2 AND title_start < $3 ORDER BY title_start, number LIMIT $4)"""
# Neighbouring words of a phrase that is found by these without reading terms, for certain and for a count.
_SURE, _ALL = 1, 1_000
# the indexed expression and the weight of each scope
_SCOPES: dict[Scope, tuple[str, str]] = {"head": (HEAD_TERMS, HEAD), "full": (FULL_TERMS, "")}
_BLOCKS = 4  # the newest, in which a word is looked for first: 3,073 numbers or more
_IN_NEWEST = f"""(SELECT string_agg(format('%L', $3 || block), '|')::tsquery
FROM (SELECT max(number) >> {BLOCK_BITS} AS last FROM search_papers) p,
generate_series(last - {_BLOCKS - 1}, last) AS block)"""
# A frequent word is in enough of the newest papers; only for others all papers are asked for.
# OFFSET 0 keeps the planner from walking the papers from the newest on and reading the terms of each
_MATCHING = f"""WITH newest AS MATERIALIZED (SELECT number FROM (
SELECT number FROM search_papers WHERE {{terms}} @@ ($1::tsquery && {_IN_NEWEST}) OFFSET 0) p
ORDER BY number DESC LIMIT $2)
SELECT number FROM newest WHERE (SELECT count(*) FROM newest) = $2
UNION ALL (SELECT number FROM (
SELECT number FROM search_papers WHERE {{terms}} @@ $1::tsquery AND (SELECT count(*) FROM newest) < $2 OFFSET 0) p
ORDER BY number DESC LIMIT $2)"""
# the terms of papers are read only until enough of them match
_MATCHING_EXACTLY = """SELECT number FROM (
SELECT number, all_text FROM search_papers WHERE {terms} @@ $1::tsquery ORDER BY -number OFFSET 0) p
WHERE all_text @@ $3::tsquery LIMIT $2"""
_LINES = "SELECT number, lines FROM search_papers WHERE number = ANY(ARRAY({numbers}))"
Fetch: TypeAlias = Callable[..., Sequence[Any]]


class PostgresqlBackend:
    """One workspace's index in PostgreSQL; see `backend.Backend`. `fetch` returns the rows of a statement."""

    def __init__(self, fetch: Fetch, workspace_id: int) -> None:
        self._fetch, self._workspace = fetch, workspace_id
        self._mark = workspace_prefix(workspace_id)
        self._counts: dict[Expression, int] = {}  # how many papers match in all text, as far as that is known

    def by_keys(self, keys: Sequence[str], limit: int) -> list[tuple[str, PaperLines]]:
        """Return papers that have one of the keys, each with its key."""
        return [
            (key, _lines(number, lines)) for key, number, lines in self._fetch(_KEYED, self._workspace, keys, limit)
        ]

    def by_id(self, id: str) -> list[PaperLines]:
        """Return the paper with that id, if any."""
        return self._rows(_NAMED, self._workspace, id)

    def by_title_prefix(self, start: str, limit: int) -> list[PaperLines]:
        """Return papers whose title or headline, folded and without spaces, begins with `start`."""
        return self._rows(_STARTING, self._workspace, start, start + _LAST, limit)

    def matching(self, part: Scope, expression: Expression, limit: int) -> list[PaperLines]:
        """Return papers that match."""
        rows = self._matching(_LINES, part, expression, limit)
        return [_lines(*row) for row in sorted(rows, key=itemgetter(0), reverse=True)]

    def matching_numbers(self, part: Scope, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of papers that match."""
        return [number for (number,) in self._matching("{numbers}", part, expression, limit + offset)[offset:]]

    def matching_among(self, part: Scope, expression: Expression, numbers: Sequence[int]) -> set[int]:
        """Return which of these papers match."""
        sql = "SELECT number FROM search_papers WHERE number = ANY($1::bigint[]) AND all_text @@ $2::tsquery"
        return self._numbers(sql, numbers, tsquery(self._mark, expression, _SCOPES[part][1]))

    def spelled_among(self, spellings: Sequence[str], numbers: Sequence[int]) -> set[int]:
        """Return which of these papers have one of the spellings in their comment or excerpt."""
        sql = """SELECT number FROM papers, unnest($2::text[]) spelling WHERE number = ANY($1::bigint[])
            AND (strpos(comment, spelling) > 0 OR strpos(excerpt, spelling) > 0)"""
        return self._numbers(sql, numbers, spellings)

    def count(self, part: Scope, expression: Expression) -> int:
        """Return how many papers match.

        The vocabulary knows it for a single word. Papers with an excluded phrase are counted and subtracted: they are
        few, and the terms of each are read. A longer Japanese phrase is counted by its triples of characters, which
        hardly any heading has in another order.
        """
        if part == "full" and expression in self._counts:
            return self._counts[expression]
        if part == "head" and (word := _only_word(expression)):
            return sum(papers for _, papers in self.known_words([word]))
        if isinstance(expression, AllOf) and any(map(_has_order, expression.excluded)):
            phrases = tuple(filter(_has_order, expression.excluded))
            words = tuple(each for each in expression.excluded if each not in phrases)
            with_them = AllOf((*expression.parts, AnyOf(phrases)), words)
            return self.count(part, AllOf(expression.parts, words)) - self.count(part, with_them)
        terms, values = _SCOPES[part][0], self._queries(part, expression, _ALL)
        sql = f"SELECT count(*) FROM search_papers WHERE {terms} @@ $1::tsquery"
        if len(values) > 1:
            sql += " AND all_text @@ $2::tsquery"
        return int(self._fetch(sql, *values)[0][0])

    def newest(self, limit: int, offset: int) -> tuple[int, list[int]]:
        """Return the number of all papers, and the numbers of the newest ones from `offset` on."""
        size = self._fetch("SELECT papers FROM search_sizes WHERE workspace_id = $1", self._workspace)
        sql = f"SELECT number FROM papers WHERE workspace_id = $1 {_NEWEST_FIRST} LIMIT $2 OFFSET $3"
        return size[0][0] if size else 0, [n for (n,) in self._fetch(sql, self._workspace, limit, offset)]

    def newest_matching(self, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of the newest papers that match in any text."""
        most = max(limit + offset, _MOST_SORTED)
        window = self.matching_numbers("full", expression, most, 0)
        if len(window) < most:
            self._counts[expression] = len(window)
        sql = f"SELECT number FROM papers WHERE number = ANY($1::bigint[]) {_NEWEST_FIRST} LIMIT $2 OFFSET $3"
        return [number for (number,) in self._fetch(sql, window, limit, offset)]

    def known_words(self, words: Sequence[str]) -> list[Word]:
        """Return which of the words are in the vocabulary."""
        sql = "SELECT word, papers FROM search_words WHERE workspace_id = $1 AND word = ANY($2::text[])"
        return self._words(sql, self._workspace, words)

    def words_by_prefix(self, beginning: str, limit: int) -> list[Word]:
        """Return the most frequent words with that prefix."""
        sql = """SELECT word, papers FROM search_words WHERE workspace_id = $1 AND word >= $2 AND word < $3
            ORDER BY papers DESC, word LIMIT $4"""
        return self._words(sql, self._workspace, beginning, beginning + _LAST, limit)

    def words_by_ends(self, beginning: str, end: str, shortest: int, longest: int) -> list[Word]:
        """Return the words within these lengths that have that prefix or that suffix."""
        sql = """SELECT word, papers FROM search_words
            WHERE workspace_id = $1 AND word >= $2 AND word < $3 AND length(word) BETWEEN $6 AND $7
            UNION SELECT word, papers FROM search_words
            WHERE workspace_id = $1 AND backward >= $4 AND backward < $5 AND length(word) BETWEEN $6 AND $7"""
        backward = end[::-1]
        return self._words(
            sql, self._workspace, beginning, beginning + _LAST, backward, backward + _LAST, shortest, longest
        )

    def words_containing(self, front: str, back: str, shortest: int, limit: int) -> list[Word]:
        """Return the most frequent kana words that contain `front` or `back`; see `backend.Backend`."""
        sql = """SELECT word, papers FROM search_words WHERE workspace_id = $1 AND word >= $2 AND word < $3
            AND (word LIKE $4 OR word LIKE $5) AND length(word) >= $6
            ORDER BY length(word) > $6 + 2, papers DESC, word LIMIT $7"""
        begins = f"{front}%" if len(front) == 1 else f"%{front}%"
        ends = f"%{back}" if len(back) == 1 else f"%{back}%"
        return self._words(sql, self._workspace, *_KANA, begins, ends, shortest, limit)

    def words_by_sound_prefix(self, beginnings: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words whose phonetic key begins with one of these."""
        sql = """SELECT word, papers FROM search_words WHERE workspace_id = $1 AND sound >= $2 AND sound < $3
            ORDER BY papers DESC, sound, word LIMIT $4"""
        groups = [self._words(sql, self._workspace, prefix, prefix + _LAST, limit) for prefix in beginnings]
        return sorted({word for group in groups for word in group}, key=lambda word: -word.papers)

    def words_by_sound(self, sounds: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words with one of these phonetic keys."""
        sql = """SELECT word, papers FROM search_words WHERE workspace_id = $1 AND sound IS NOT NULL
            AND sound = ANY($2::text[]) ORDER BY papers DESC, sound, word LIMIT $3"""
        return self._words(sql, self._workspace, sounds, limit)

    def names(self, numbers: Sequence[int]) -> dict[int, tuple[str, str, str]]:
        """Return id, headline ("" for none) and title of papers, by number."""
        sql = "SELECT number, id, coalesce(headline, ''), title FROM papers WHERE number = ANY($1::bigint[])"
        return {number: (id, headline, title) for number, id, headline, title in self._fetch(sql, numbers)}

    def columns(self, numbers: Sequence[int]) -> list[Columns]:
        """Return papers as table columns."""
        sql = "SELECT * FROM papers WHERE number = ANY($2::bigint[]) AND workspace_id = $1"
        return [dict(row) for row in self._fetch(sql, self._workspace, numbers)]

    def aliases(self) -> dict[str, list[str]]:
        """Return the workspace's aliases as {name: meanings}."""
        meanings: dict[str, list[str]] = {}
        sql = "SELECT name, meaning FROM aliases WHERE workspace_id = $1 ORDER BY name, meaning"
        for name, meaning in self._fetch(sql, self._workspace):
            meanings.setdefault(name, []).append(meaning)
        return meanings

    def _matching(self, form: str, part: Scope, expression: Expression, limit: int) -> Sequence[Any]:
        query, *exact = self._queries(part, expression)
        numbers = (_MATCHING_EXACTLY if exact else _MATCHING).format(terms=_SCOPES[part][0])
        return self._fetch(form.format(numbers=numbers), query, limit, *(exact or [block_prefix(self._mark)]))

    def _queries(self, part: Scope, expression: Expression, most_neighbours: int = _SURE) -> list[str]:
        """Return the query of the index, and the one of the papers' terms if that is not the same."""
        query = index_query(self._mark, expression, has_neighbours=part == "head")
        most = most_neighbours if part == "head" else 0
        if query == tsquery(self._mark, expression, most_neighbours=most):
            return [query]
        return [query, tsquery(self._mark, expression, _SCOPES[part][1])]

    def _rows(self, sql: str, *values: object) -> list[PaperLines]:
        return [_lines(number, lines) for number, lines in self._fetch(sql, *values)]

    def _words(self, sql: str, *values: object) -> list[Word]:
        return [Word(word, papers) for word, papers in self._fetch(sql, *values)]

    def _numbers(self, sql: str, *values: object) -> set[int]:
        return {number for (number,) in self._fetch(sql, *values)}


def _lines(number: int, lines: str) -> PaperLines:
    return PaperLines(number, *lines.split(FIELD))


def _only_word(expression: Expression) -> str:
    """Return the word of the vocabulary that an expression is, "" if it is another or more than one."""
    if isinstance(expression, AllOf) and len(expression.parts) == 1 and not expression.excluded:
        return _only_word(expression.parts[0])
    if not isinstance(expression, Phrase) or len(expression.terms) > 1 or expression.is_prefix:
        return ""
    return expression.terms[0] if is_in_vocabulary(expression.terms[0]) else ""


def _has_order(expression: Expression) -> bool:
    return not isinstance(expression, Phrase) or len(expression.terms) > 1
