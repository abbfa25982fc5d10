"""The Protocol of an index: what the planner may query, whatever the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, TypeAlias

Scope = Literal["head", "full"]  # headline, title, authors, tags and organisation · all text


class Phrase(NamedTuple):
    """Terms in sequence; with `is_prefix` the last is a prefix; `field` restricts a search of `full` to one column."""

    terms: tuple[str, ...]
    is_prefix: bool = False
    field: Literal["comment"] | None = None


class AllOf(NamedTuple):
    """Every part matches, and none of `excluded`."""

    parts: tuple[Expression, ...]
    excluded: tuple[Expression, ...] = ()


class AnyOf(NamedTuple):
    """At least one part matches."""

    parts: tuple[Expression, ...]


Expression: TypeAlias = Phrase | AllOf | AnyOf


class PaperLines(NamedTuple):
    """A paper's texts for ranking: normalized, then folded with spaces between words; `|` separates names or labels."""

    number: int
    title: str
    headline: str
    title_words: str
    headline_words: str
    names: str
    labels: str


class Word(NamedTuple):
    """A word from a workspace's titles, headlines, tags and authors, and the number of papers that contain it."""

    word: str
    papers: int


class Backend(Protocol):
    """One workspace's index; papers are returned newest addition first."""

    def by_id(self, id: str) -> list[PaperLines]:
        """Return the paper with that id, if any."""

    def by_keys(self, keys: Sequence[str], limit: int) -> list[tuple[str, PaperLines]]:
        """Return papers that have one of the keys, each with its key."""

    def by_title_prefix(self, start: str, limit: int) -> list[PaperLines]:
        """Return papers whose title or headline, folded and without spaces, begins with `start`."""

    def matching(self, part: Scope, expression: Expression, limit: int) -> list[PaperLines]:
        """Return papers that match."""

    def matching_numbers(self, part: Scope, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of papers that match."""

    def matching_among(self, part: Scope, expression: Expression, numbers: Sequence[int]) -> set[int]:
        """Return which of these papers match."""

    def spelled_among(self, spellings: Sequence[str], numbers: Sequence[int]) -> set[int]:
        """Return which of these papers have one of the spellings in their comment or excerpt."""

    def count(self, part: Scope, expression: Expression) -> int:
        """Return how many papers match."""

    def newest(self, limit: int, offset: int) -> tuple[int, list[int]]:
        """Return the number of all papers, and the numbers of the newest ones from `offset` on."""

    def newest_matching(self, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of the newest papers that match in any text."""

    def known_words(self, words: Sequence[str]) -> list[Word]:
        """Return which of the words are in the vocabulary."""

    def words_by_prefix(self, beginning: str, limit: int) -> list[Word]:
        """Return the most frequent words with that prefix."""

    def words_by_ends(self, beginning: str, end: str, shortest: int, longest: int) -> list[Word]:
        """Return the words within these lengths that have that prefix or that suffix."""

    def words_containing(self, front: str, back: str, shortest: int, limit: int) -> list[Word]:
        """Return the most frequent kana words of at least `shortest` letters that contain `front` or `back`.

        A `front` of a single letter must begin the word, a `back` of a single letter must end it.
        """

    def words_by_sound_prefix(self, beginnings: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words whose phonetic key begins with one of these."""

    def words_by_sound(self, sounds: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words with one of these phonetic keys."""
