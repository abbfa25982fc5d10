"""Scores how well a paper fits a query, so that the paper that somebody means comes first."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise

from bot.domain.folding import compounds, is_kana
from bot.search.analyzed_query import AnalyzedQuery
from bot.search.backend import PaperLines
from bot.search.document import LONGEST_LABELS_LINE, LONGEST_NAMES_LINE
from bot.search.edit_distance import is_one_typo


class MatchReason(StrEnum):
    """Why a paper matches, if its title or headline does not show it."""

    LINK = "link"
    AUTHOR = "author"
    TAG = "tag"
    COMMENT = "comment"
    EXCERPT = "excerpt"
    ALIAS = "alias"
    READING = "reading"
    TYPO = "typo"


LONG = 24  # characters; a title this long that was typed in full is the one that is meant
# Scores of a match, best first. A line is a title or a headline; words are whole words.
IDENTIFIER = 200.0  # an id or a link
TITLE = 120.0  # the exact title
EXACT = 100.0  # the whole line
LINE_START = 62.0  # the line begins with the words
PHRASE = 50.0  # the line has the words in sequence
CONTAINS = 48.0  # the line has the characters, in a script without spaces between words
LINE_PREFIX = 46.0  # the line begins with the query, which ends within a word
NAME = 45.0  # the whole name of an author or a tag
MOST_NAMES = 4000  # characters of author names up to which papers with fewer authors rank higher
PHRASE_PREFIX = 43.0  # the line has the words in sequence, and the query ends within the last word
WORDS = 40.0  # the line has all words, in any order
TOGETHER = 36.0  # title, headline, authors and tags together have all words
WITHIN_KATAKANA = 34.0  # the line has the kana within a longer katakana word (サポート in サポートベクトル)
KANA_TOGETHER = 33.0  # title, headline, authors and tags together have all words, kana also within longer words
BODY = 32.0  # the comment or excerpt has the words
SPELLED_IN_BODY = 29.5  # the comment or excerpt has a short kana word within a longer one, in the same spelling
PARTIAL = 26.0  # the line has the words inside other words
SHORT_AS_TYPED = 20.0  # added if a short kana word is spelled the same: many words fold to the same text (リーフ リフ)
# added if the line has the query exactly as typed, including marks (C++)
AS_TYPED, STARTS_AS_TYPED, MARKS_AS_TYPED = 3.0, 6.0, 11.0


def score_paper(query: AnalyzedQuery, row: PaperLines) -> tuple[float, MatchReason | None]:
    """Return the score of a paper's own lines (not its body), 0 for no match, and the reason."""
    title = _score_line(query, row.title, row.title_words)
    headline = _score_line(query, row.headline, row.headline_words) if row.headline else 0.0
    line = max(title, headline) + (0.5 if title and headline else 0.0)
    if line >= CONTAINS:
        return line, None
    name, why = _score_names(query, row)
    if max(line, name):
        return (line, None) if line >= name else (name, why)
    if together := _score_together(query, row):
        return together, None
    if len(row.names) >= LONGEST_NAMES_LINE or len(row.labels) >= LONGEST_LABELS_LINE:
        return PARTIAL - 2, MatchReason.AUTHOR  # the index found it in names that are cut off here
    return 0.0, None


def _score_line(query: AnalyzedQuery, line: str, words: str) -> float:
    if query.spaced in words:
        score = _score_whole_words(query, words)
    elif query.is_latin_word and query.without_spaces in compounds(line):
        score = PHRASE
    else:
        score = _score_parts(query, words)
    spellings = (query.text, *query.spellings) if query.is_kana_word else (query.text,)
    if typed := next((text for text in spellings if text in line), "") if score else "":
        score += STARTS_AS_TYPED if line.startswith(typed) else AS_TYPED
        score += MARKS_AS_TYPED if query.has_marks else 0.0
    if score >= WORDS and query.is_short_kana and any(spelling in line for spelling in query.spellings):
        score += SHORT_AS_TYPED
    return score - len(words) / 1000 if score else 0.0


def _score_whole_words(query: AnalyzedQuery, words: str) -> float:
    if not words.startswith(query.spaced):
        return PHRASE
    return EXACT if len(words) == len(query.spaced) else LINE_START


def _score_parts(query: AnalyzedQuery, words: str) -> float:
    squeezed = words.replace(" ", "")
    if squeezed.startswith(query.without_spaces):
        if len(squeezed) == len(query.without_spaces):
            return EXACT
        return LINE_START if query.has_ideographs else LINE_PREFIX
    if len(query.words) > 1 and query.spaced[:-1] in words:
        return PHRASE_PREFIX
    together = query.without_spaces in squeezed
    if together and query.has_ideographs:
        return CONTAINS
    if all(_contains(words, unit) for unit in query.words):
        return WORDS
    if together and len(query.without_spaces) >= 3 and query.is_kana_word:
        return WITHIN_KATAKANA
    return PARTIAL if together or all(unit in words for unit in query.words) else 0.0


def _score_names(query: AnalyzedQuery, row: PaperLines) -> tuple[float, MatchReason | None]:
    worth = NAME - min(len(row.names), MOST_NAMES) / 2000
    if query.spaced in row.names:
        return worth + (f"|{query.spaced}|" in f"|{row.names}|"), MatchReason.AUTHOR
    if query.spaced in row.labels:
        return (NAME if f"|{query.spaced}|" in f"|{row.labels}|" else WORDS - 1), MatchReason.TAG
    if len(query.words) > 1 and query.words[0] in row.names:
        for name in row.names.split("|"):
            if all(f" {unit} " in name for unit in query.words):
                return worth - 1, MatchReason.AUTHOR
    if query.without_spaces not in row.labels.replace(" ", ""):
        return 0.0, None
    return WORDS - 2 if query.has_ideographs else PARTIAL - 1, MatchReason.TAG


def _score_together(query: AnalyzedQuery, row: PaperLines) -> float:
    lines = f"{row.title_words}{row.headline_words}{row.names}{row.labels}"
    if all(_contains(lines, unit) for unit in query.words):
        head = f"{row.title_words}{row.headline_words}"
        return TOGETHER + (1.0 if all(_contains(head, unit) for unit in query.words) else 0.0)
    if all(_contains(lines, unit) or (is_kana(unit) and unit in lines) for unit in query.words):
        return KANA_TOGETHER
    return PARTIAL - 2 if all(unit in lines for unit in query.words) else 0.0


def is_misspelled(query: AnalyzedQuery, run: str, words: str) -> bool:
    """Return whether a line has a word one typo away from the missing one, a missing space included."""
    if len(query.without_spaces) >= LONG and is_one_typo(query.spaced, words):
        return True
    line = words.split()
    candidates = (*line, *map(" ".join, pairwise(line)))
    return len(run) > 2 and any(is_one_typo(run, word) for word in candidates)


def _contains(words: str, unit: str) -> bool:
    """Return whether a unit occurs: as a whole word, or anywhere in a script without spaces between words."""
    return f" {unit} " in words or (unit > "\u3000" and not is_kana(unit) and unit in words)
