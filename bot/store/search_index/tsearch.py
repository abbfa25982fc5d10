"""A paper's terms as PostgreSQL's tsvector and the planner's expressions as its tsquery, both written out as literals.

No parser of PostgreSQL reads the terms: `simple` would take `gpt-4` for `gpt` and `-4`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise, repeat

from bot.search.backend import AnyOf, Expression, Phrase
from bot.store.search_index.tables import with_prefix

HEAD, COMMENT, REST = "A", "B", ""  # the weights of positions, which tell the columns; none is D
_MARK = 4  # letters of a workspace's prefix
_UNSPACED = "\u2e80"  # the first character of the scripts without spaces, which no character before a term reaches
_LAST_POSITION = 16_382  # PostgreSQL keeps no higher one than 16,383
_LONGEST_TERM = 500  # characters, of at most four bytes; PostgreSQL refuses 2,047 bytes
_LONG = 100_000  # characters of terms from which on their bytes are counted
_LARGEST = 1_000_000  # bytes of terms and positions; PostgreSQL refuses 1,048,576
_QUOTED = str.maketrans({"'": "''", "\\": "\\\\"})


def tsvector(head: Sequence[str], comment: str, rest: str) -> str:
    """Return the tsvector of a paper, given the space-separated terms of each column.

    The weight of a position tells the column. A phrase does not continue from one column into the next. Positions start
    over where PostgreSQL's numbers end, so that a phrase is found in the longest text too; of one term PostgreSQL keeps
    255. Head also has each three neighbouring characters as one term: an index of pairs can tell that a paper has 拡散
    and 散モ, but not without reading its terms that it has 拡散モ.
    """
    places: defaultdict[str, list[str]] = defaultdict(list)
    position = 0
    for column, weight in (*zip(head, repeat(HEAD)), (comment, COMMENT), (rest, REST)):
        terms = column.split(" ") if column else []
        for term in terms:
            position = position % _LAST_POSITION + 1
            places[term].append(f"{position}{weight}")
        if weight == HEAD and not column.isascii():
            for triple in _triples([term[_MARK:] for term in terms]):
                places[terms[0][:_MARK] + triple].append(f"{position}{weight}")
        position += 1
    lengths = list(map(len, places))
    if max(lengths, default=0) > _LONGEST_TERM or sum(lengths) > _LONG:
        return _literal(_shortened(places))
    return _literal(places)


def tsquery(mark: str, expression: Expression, weight: str = "", *, most_triples: int = 0) -> str:
    """Return the expression as a tsquery for the workspace with this prefix; a weight restricts it to one column.

    Phrases of up to so many triples of characters are written as these, which only the index of head has.
    """
    if isinstance(expression, Phrase):
        triples = _triples_of(expression)
        if 0 < len(triples) <= most_triples:
            return _phrase(mark, Phrase(triples), " & ", weight)
        return _phrase(mark, expression, " <-> ", COMMENT if expression.field else weight)
    parts = [tsquery(mark, part, weight, most_triples=most_triples) for part in expression.parts]
    if isinstance(expression, AnyOf):
        return _joined(" | ", parts)
    excluded = [f"!{tsquery(mark, each, weight, most_triples=most_triples)}" for each in expression.excluded]
    return _joined(" & ", [*parts, *excluded])


def index_query(mark: str, expression: Expression, *, has_triples: bool = False) -> str:
    """Return a tsquery that the index answers without reading any paper; what it finds includes all that match.

    It has the words of a phrase in any order and any column, and excludes only single words.
    """
    if isinstance(expression, Phrase):
        triples = _triples_of(expression) if has_triples else ()
        return _phrase(mark, Phrase(triples) if triples else expression, " & ", "")
    parts = [index_query(mark, part, has_triples=has_triples) for part in expression.parts]
    if isinstance(expression, AnyOf):
        return _joined(" | ", parts)
    words = (each for each in expression.excluded if isinstance(each, Phrase) and len(each.terms) == 1)
    return _joined(" & ", [*parts, *(f"!{index_query(mark, word)}" for word in words if not word.field)])


def _triples(terms: Sequence[str]) -> list[str]:
    """Return each three characters whose two pairs are neighbouring terms, in scripts without spaces."""
    return [
        before + after[1]
        for before, after in pairwise(terms)
        if len(before) == len(after) == 2 and before[1] == after[0] and min(before[0], *after) >= _UNSPACED
    ]


def _triples_of(phrase: Phrase) -> tuple[str, ...]:
    """Return the triples of characters that a phrase consists of, none if it does not consist of such."""
    triples = _triples(phrase.terms)
    is_one_run = len(triples) == len(phrase.terms) - 1
    return tuple(triples) if is_one_run and not (phrase.is_prefix or phrase.field) else ()


def _literal(places: Mapping[str, Sequence[str]]) -> str:
    return " ".join([f"'{term}':{','.join(positions)}" for term, positions in places.items()])


def _shortened(places: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the terms that fit in a tsvector, none of them too long, with their positions."""
    sizes = accumulate(len(term.encode()) + 4 + 2 * len(positions) for term, positions in places.items())
    return {term[:_LONGEST_TERM]: places[term] for term, size in zip(places, sizes, strict=True) if size < _LARGEST}


def _phrase(mark: str, phrase: Phrase, sequence: str, weight: str) -> str:
    suffix = f":{weight}" if weight else ""
    terms = [f"'{with_prefix(mark, term)[:_LONGEST_TERM].translate(_QUOTED)}'{suffix}" for term in phrase.terms]
    if phrase.is_prefix:
        terms[-1] += "*" if weight else ":*"
    return terms[0] if len(terms) == 1 else f"({sequence.join(terms)})"


def _joined(operator: str, parts: Sequence[str]) -> str:
    different = list(dict.fromkeys(parts))
    return different[0] if len(different) == 1 else f"({operator.join(different)})"
