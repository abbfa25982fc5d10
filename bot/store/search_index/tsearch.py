"""A paper's terms as PostgreSQL's tsvector and the planner's expressions as its tsquery, both written out as literals.

No parser of PostgreSQL reads the terms: `simple` would take `gpt-4` for `gpt` and `-4`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise, repeat

from bot.search.backend import AnyOf, Expression, Phrase
from bot.search.document import FIRST_MARK

# the weights of positions, which tell the columns; none is D, and C has the terms that only the index of head has
HEAD, COMMENT, REST = "A", "B", ""
_NEIGHBOURS = ("1C",)
_BLOCK = "ⓑ"  # begins the term that tells in which block of numbers a paper is; no word begins with it
BLOCK_BITS = 10  # 1,024 numbers are one block
_MARK = 4  # letters of a workspace's prefix
_UNMARKED = "\u2500"  # the first character after the marks
_UNSPACED = "\u2e80"  # the first character of the scripts without spaces, which no character before a term reaches
_LAST_POSITION = 16_382  # PostgreSQL keeps no higher one than 16,383
_LONGEST_TERM = 500  # characters, of at most four bytes; PostgreSQL refuses 2,047 bytes
_LONG = 100_000  # characters of terms from which on their bytes are counted
_LARGEST = 1_000_000  # bytes of terms and positions; PostgreSQL refuses 1,048,576
_QUOTED = str.maketrans({"'": "''", "\\": "\\\\"})


def tsvector(mark: str, number: int, head: Sequence[str], comment: str, rest: str) -> str:
    """Return the tsvector of a paper, given its workspace's prefix and the space-separated terms of each column.

    The weight of a position tells the column. A phrase does not continue from one column into the next. Positions start
    over where PostgreSQL's numbers end, so that a phrase is found in the longest text too; of one term PostgreSQL keeps
    255. Head also has every two neighbouring words as one term: an index of single terms can tell that a paper has 拡散
    and 散モ, or `neural` and `network`, but not without reading its terms that it has 拡散モ or `neural network`. By
    the block of the number the index finds the newest papers with a frequent word without reading where all others are.
    """
    places: defaultdict[str, list[str]] = defaultdict(list)
    places[f"{block_prefix(mark)}{number >> BLOCK_BITS}"] = [f"1{HEAD}"]
    neighbours: dict[str, Sequence[str]] = {}
    position = 0
    for column, weight in (*zip(head, repeat(HEAD)), (comment, COMMENT), (rest, REST)):
        terms = column.split(" ") if column else []
        for term in terms:
            position = position % _LAST_POSITION + 1
            places[term].append(f"{position}{weight}")
        if weight == HEAD:
            neighbours |= dict.fromkeys((mark + both for both in _neighbours([t[_MARK:] for t in terms])), _NEIGHBOURS)
        position += 1
    vector = places | neighbours
    lengths = list(map(len, vector))
    if max(lengths, default=0) > _LONGEST_TERM or sum(lengths) > _LONG:
        return _literal(_shortened(vector))
    return _literal(vector)


def tsquery(mark: str, expression: Expression, weight: str = "", *, most_neighbours: int = 0) -> str:
    """Return the expression as a tsquery for the workspace with this prefix; a weight restricts it to one column.

    Phrases of up to so many pairs of neighbours are written as these, which only the index of head has.
    """
    if isinstance(expression, Phrase):
        neighbours = _neighbours_of(expression)
        if 0 < len(neighbours) <= min(most_neighbours, _most_neighbours(expression)):
            return _phrase(mark, Phrase(neighbours), " & ", weight)
        return _phrase(mark, expression, " <-> ", COMMENT if expression.field else weight)
    parts = [tsquery(mark, part, weight, most_neighbours=most_neighbours) for part in expression.parts]
    if isinstance(expression, AnyOf):
        return _joined(" | ", parts)
    excluded = [f"!{tsquery(mark, each, weight, most_neighbours=most_neighbours)}" for each in expression.excluded]
    return _joined(" & ", [*parts, *excluded])


def index_query(mark: str, expression: Expression, *, has_neighbours: bool = False) -> str:
    """Return a tsquery that the index answers without reading any paper; what it finds includes all that match.

    It has the words of a phrase in any order and any column, and excludes only single words.
    """
    if isinstance(expression, Phrase):
        neighbours = _neighbours_of(expression) if has_neighbours else ()
        terms = (*filter(_is_marked, expression.terms), *neighbours) if neighbours else expression.terms
        return _phrase(mark, expression._replace(terms=terms), " & ", "")
    parts = [index_query(mark, part, has_neighbours=has_neighbours) for part in expression.parts]
    if isinstance(expression, AnyOf):
        return _joined(" | ", parts)
    words = (each for each in expression.excluded if isinstance(each, Phrase) and len(each.terms) == 1)
    return _joined(" & ", [*parts, *(f"!{index_query(mark, word)}" for word in words if not word.field)])


def block_prefix(mark: str) -> str:
    """Return what precedes the number of a block in its term."""
    return mark + _BLOCK


def _neighbours(terms: Sequence[str]) -> list[str]:
    """Return every two neighbouring words as one term, pairs of characters that overlap as three characters.

    Words with a mark are left out: those of an author or a venue are neighbours without it too.
    """
    return [
        before + after[1] if _overlap(before, after) else f"{before} {after}"
        for before, after in pairwise(terms)
        if not (_is_marked(before) or _is_marked(after))
    ]


def _neighbours_of(phrase: Phrase) -> tuple[str, ...]:
    """Return the neighbouring words of a phrase without their marks, none if the index has no such."""
    if phrase.is_prefix or phrase.field:
        return ()
    return tuple(_neighbours([term[1:] if _is_marked(term) else term for term in phrase.terms]))


def _most_neighbours(phrase: Phrase) -> int:
    """Return up to how many neighbouring words tell that the phrase is there."""
    if any(map(_is_marked, phrase.terms)):
        return 0
    return len(phrase.terms) if all(_overlap(before, after) for before, after in pairwise(phrase.terms)) else 1


def _is_marked(term: str) -> bool:
    return FIRST_MARK <= term < _UNMARKED


def _overlap(before: str, after: str) -> bool:
    return len(before) == len(after) == 2 and before[1] == after[0] and min(before[0], *after) >= _UNSPACED


def _literal(places: Mapping[str, Sequence[str]]) -> str:
    return " ".join([f"'{term}':{','.join(positions)}" for term, positions in places.items()])


def _shortened(places: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the terms that fit in a tsvector, none of them too long, with their positions."""
    sizes = accumulate(len(term.encode()) + 4 + 2 * len(positions) for term, positions in places.items())
    return {term[:_LONGEST_TERM]: places[term] for term, size in zip(places, sizes, strict=True) if size < _LARGEST}


def _phrase(mark: str, phrase: Phrase, sequence: str, weight: str) -> str:
    suffix = f":{weight}" if weight else ""
    terms = [f"'{(mark + term)[:_LONGEST_TERM].translate(_QUOTED)}'{suffix}" for term in phrase.terms]
    if phrase.is_prefix:
        terms[-1] += "*" if weight else ":*"
    return terms[0] if len(terms) == 1 else f"({sequence.join(terms)})"


def _joined(operator: str, parts: Sequence[str]) -> str:
    different = list(dict.fromkeys(parts))
    return different[0] if len(different) == 1 else f"({operator.join(different)})"
