"""What the planner may ask of an index, whatever database keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

Part = Literal["head", "full"]  # headline, title, authors, tags and organisation · all text


@dataclass(frozen=True, slots=True)
class Near:
    """Terms one after another; the last one may be only begun; `field` names the one column of `full` to look at."""

    terms: tuple[str, ...]
    begun: bool = False
    field: Literal["comment"] | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every part matches, and nothing of `without`."""

    parts: tuple[Expression, ...]
    without: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part matches."""

    parts: tuple[Expression, ...]


Expression: TypeAlias = Near | All | Any


class Row(NamedTuple):
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


class Probes(Protocol):
    """One workspace's index; papers come as they were added, the last one first."""

    def named(self, id: str) -> list[Row]:
        """Return the paper of that id."""

    def keyed(self, keys: Sequence[str], limit: int) -> list[tuple[str, Row]]:
        """Return papers that hold one of the keys, each after the key."""

    def starting(self, start: str, limit: int) -> list[Row]:
        """Return papers whose title or headline, folded and without spaces, begins so."""

    def matching(self, part: Part, expression: Expression, limit: int) -> list[Row]:
        """Return papers that match."""

    def numbers(self, part: Part, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of papers that match."""

    def among(self, part: Part, expression: Expression, numbers: Sequence[int]) -> set[int]:
        """Return which of some papers match."""

    def written(self, spellings: Sequence[str], numbers: Sequence[int]) -> set[int]:
        """Return which of some papers have one of the spellings in comment or excerpt."""

    def count(self, part: Part, expression: Expression) -> int:
        """Return how many papers match."""

    def newest(self, limit: int, offset: int) -> tuple[int, list[int]]:
        """Return how many papers there are, and the numbers of some."""

    def newest_of(self, expression: Expression, limit: int, offset: int) -> list[int]:
        """Return the numbers of some papers that match anywhere."""

    def words(self, words: Sequence[str]) -> list[Word]:
        """Return those of the words that are in the vocabulary."""

    def begun(self, beginning: str, limit: int) -> list[Word]:
        """Return the most frequent words that begin so."""

    def between(self, beginning: str, end: str, shortest: int, longest: int) -> list[Word]:
        """Return the words of such lengths that begin or end so."""

    def holding(self, front: str, back: str, shortest: int, limit: int) -> list[Word]:
        """Return the most frequent words of kana, of such a length at least, that hold `front` or `back`.

        Of one letter only, they must begin with `front` or end with `back`.
        """

    def sounding_so_far(self, beginnings: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words whose sound begins with one of these."""

    def sounding(self, sounds: Sequence[str], limit: int) -> list[Word]:
        """Return the most frequent words of one of the sounds."""
