"""What the planner may ask of an index, whatever database keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

Scope = Literal["head", "full"]  # headline, title, authors, tags and organisation · all text


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms one after another; the last one may be only begun; `field` names the one column of `full` to look at."""

    terms: tuple[str, ...]
    is_prefix: bool = False
    field: Literal["comment"] | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part matches, and nothing of `excluded`."""

    parts: tuple[Expression, ...]
    excluded: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part matches."""

    parts: tuple[Expression, ...]


Expression: TypeAlias = Phrase | AllOf | AnyOf


class PaperLines(NamedTuple):
    """A paper's own lines: plain, then folded with spaces between words, and `|` between names and labels."""

    number: int
    title: str
    headline: str
    title_words: str
    headline_words: str
    names: str
    labels: str


class Word(NamedTuple):
    """A word of a workspace's titles, headlines, tags and authors, and how many papers hold it."""

    word: str
    papers: int


class Backend(Protocol):
    """One workspace's index; papers come as they were added, the last one first."""

    def by_id(self, id: str) -> list[PaperLines]:
        """Return the paper of that id."""

    def by_keys(self, keys: Sequence[str], limit: int) -> list[tuple[str, PaperLines]]:
        """Return papers that hold one of the keys, each after the key."""

    def by_title_prefix(self, start: str, limit: int) -> list[PaperLines]:
        """Return papers whose title or headline, folded and without spaces, begins so."""

    def matching(self, part: Scope, expression: Expression, limit: int) -> list[PaperLines]:
        """Return papers that match."""

    def matching_numbers(self, part: Scope, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of papers that match."""

    def matching_among(self, part: Scope, expression: Expression, numbers: Sequence[int]) -> set[int]:
        """Return which of some papers match."""

    def spelled_among(self, spellings: Sequence[str], numbers: Sequence[int]) -> set[int]:
        """Return which of some papers have one of the spellings in comment or excerpt."""

    def count(self, part: Scope, expression: Expression) -> int:
        """Return how many papers match."""

    def newest(self, limit: int, offset: int) -> tuple[int, list[int]]:
        """Return how many papers there are, and the numbers of some."""

    def newest_matching(self, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of some papers that match anywhere."""

    def known_words(self, words: Sequence[str]) -> list[Word]:
        """Return those of the words that are in the vocabulary."""

    def words_by_prefix(self, beginning: str, limit: int) -> list[Word]:
        """Return the most frequent words that begin so."""

    def words_by_ends(self, beginning: str, end: str, shortest: int, longest: int) -> list[Word]:
        """Return the words of such lengths that begin or end so."""

    def words_containing(self, front: str, back: str, shortest: int, limit: int) -> list[Word]:
        """Return the most frequent words of kana, of such a length at least, that hold `front` or `back`.

        Of one letter only, they must begin with `front` or end with `back`.
        """

    def words_by_sound_prefix(self, beginnings: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words whose sound begins with one of these."""

    def words_by_sound(self, sounds: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words of one of the sounds."""
