"""The tables of the search index in PostgreSQL, and the statements that add and remove papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.store.database import batched
from bot.store.search_index.tables import WORDS_AT_ONCE, IndexRow, IndexTables, Statement, workspace_prefix
from bot.store.search_index.tsearch import tsvector

TABLE_NAMES = ("search_papers", "search_sizes", "search_words")
# the terms of head with their neighbours, and those of all text without; see `tsvector`
HEAD_TERMS, FULL_TERMS = "ts_filter(all_text, '{a,c}')", "ts_filter(all_text, '{a,b,d}')"
_PORTION = 50_000  # characters of terms, which take 5 ms to write out
# Terms that wait to be sorted into an index, in kB: each search reads all of them, in 0.1 ms; sorting in each term at
# once makes an import three times as slow.
_PENDING = "gin_pending_list_limit = 1024"
TABLES = (
    # Of a row larger than 2 kB, everything beyond 128 bytes is kept elsewhere: a search for a frequent word reads the
    # numbers of thousands of papers, and nothing else of most.
    "CREATE TABLE search_papers (number BIGINT PRIMARY KEY, workspace_id BIGINT NOT NULL,"
    ' title_start TEXT COLLATE "C" NOT NULL, headline_start TEXT COLLATE "C" NOT NULL, lines TEXT NOT NULL,'
    " words TEXT NOT NULL, all_text TSVECTOR NOT NULL) WITH (toast_tuple_target = 128)",
    # terms hardly become shorter when they are compressed; trying it takes a tenth of an import
    *(f"ALTER TABLE search_papers ALTER {column} SET STORAGE EXTERNAL" for column in ("all_text", "lines", "words")),
    "CREATE INDEX search_title ON search_papers (workspace_id, title_start, number)",
    "CREATE INDEX search_headline ON search_papers (workspace_id, headline_start, number) WHERE headline_start <> ''",
    f"CREATE INDEX search_head ON search_papers USING gin ({HEAD_TERMS}) WITH ({_PENDING})",
    f"CREATE INDEX search_full ON search_papers USING gin ({FULL_TERMS}) WITH ({_PENDING})",
    "CREATE TABLE search_sizes (workspace_id BIGINT PRIMARY KEY, papers INTEGER NOT NULL)",
    # room in each page for a new count of a word, so that its index entries stay as they are
    'CREATE TABLE search_words (workspace_id BIGINT NOT NULL, word TEXT COLLATE "C" NOT NULL,'
    ' backward TEXT COLLATE "C" NOT NULL, sound TEXT COLLATE "C", papers INTEGER NOT NULL,'
    " PRIMARY KEY (workspace_id, word)) WITH (fillfactor = 80)",
    "CREATE INDEX search_backward ON search_words (workspace_id, backward)",
    "CREATE INDEX search_sound ON search_words (workspace_id, sound) WHERE sound IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS search_newest"
    " ON papers (workspace_id, added_at DESC, date DESC NULLS LAST, number DESC)",
)
_PAPERS = """INSERT INTO search_papers (number, workspace_id, title_start, headline_start, lines, words, all_text)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""
_SIZE = """INSERT INTO search_sizes AS s VALUES ($1, $2)
ON CONFLICT (workspace_id) DO UPDATE SET papers = s.papers + excluded.papers"""
_WORDS = """INSERT INTO search_words AS w (workspace_id, word, backward, sound, papers)
SELECT $1, word, reverse(word), sound, papers
FROM unnest($2::text[], $3::text[], $4::integer[]) AS new (word, sound, papers)
ON CONFLICT (workspace_id, word) DO UPDATE
SET papers = w.papers + excluded.papers, sound = coalesce(w.sound, excluded.sound)"""
REMOVAL = """WITH removed AS (
    DELETE FROM search_papers WHERE workspace_id = $1 AND number = ANY($2::bigint[]) RETURNING words),
lost AS (
    SELECT word, count(*) AS papers FROM removed, unnest(string_to_array(words, ' ')) AS word GROUP BY word),
unused AS (
    DELETE FROM search_words w USING lost WHERE w.workspace_id = $1 AND w.word = lost.word AND w.papers <= lost.papers),
rarer AS (
    UPDATE search_words w SET papers = w.papers - lost.papers FROM lost
    WHERE w.workspace_id = $1 AND w.word = lost.word AND w.papers > lost.papers)
UPDATE search_sizes SET papers = papers - (SELECT count(*) FROM removed) WHERE workspace_id = $1"""


def insertion(workspace_id: int, rows: Sequence[tuple[int, IndexRow]]) -> Iterator[Statement]:
    """Yield statements with their rows that insert papers by number, without their words."""
    for batch in _portions(rows):
        yield _PAPERS, [_values(workspace_id, number, row) for number, row in batch]


def size_change(workspace_id: int, papers: int) -> Statement:
    """Return the statement that adds to the number of papers."""
    return _SIZE, [(workspace_id, papers)]


def word_insertion(workspace_id: int, words: Mapping[str, int], sounds: Mapping[str, str]) -> Iterator[Statement]:
    """Yield statements that add words to the vocabulary, given the number of new papers with each word."""
    for batch in batched(sorted(words), WORDS_AT_ONCE):
        yield _WORDS, [(workspace_id, batch, [sounds.get(word) for word in batch], [words[word] for word in batch])]


def _portions(rows: Sequence[tuple[int, IndexRow]]) -> Iterator[list[tuple[int, IndexRow]]]:
    """Yield rows together whose terms take a moment to write out."""
    portion, length = [], 0
    for number, row in rows:
        portion.append((number, row))
        length += sum(map(len, (row.heading, row.names, row.labels, row.comment, row.rest)))
        if length > _PORTION:
            yield portion
            portion, length = [], 0
    if portion:
        yield portion


def _values(workspace_id: int, number: int, row: IndexRow) -> tuple[object, ...]:
    head = (row.heading, row.names, row.labels)
    vector = tsvector(workspace_prefix(workspace_id), number, head, row.comment, row.rest)
    return number, workspace_id, row.title_start, row.headline_start, row.lines, " ".join(row.words), vector


POSTGRESQL = IndexTables(TABLE_NAMES, TABLES, insertion, size_change, word_insertion)
