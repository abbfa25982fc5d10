"""Terms and expressions are written so that PostgreSQL reads exactly these terms."""

from __future__ import annotations

from collections.abc import Sequence

from bot.search.backend import AllOf, AnyOf, Phrase
from bot.store.search_index.tsearch import block_prefix, index_query, tsquery, tsvector

AND_MORE = Phrase(("graph", "neural"))


def terms_of(head: Sequence[str], comment: str, rest: str) -> str:
    """Return a paper's tsvector without the block of its number."""
    return tsvector("0001", 1, head, comment, rest).removeprefix("'0001ⓑ0':1A").lstrip()


def test_a_papers_terms_have_their_places_and_columns() -> None:
    assert terms_of(("0001a 0001b 0001a", "0001c"), "0001b 0001d", "0001e").startswith(
        "'0001a':1A,3A '0001b':2A,7B '0001c':5A '0001d':8B '0001e':10"
    )


def test_columns_are_apart_so_that_no_phrase_spans_two() -> None:
    assert terms_of(("0001a",), "0001b", "") == "'0001a':1A '0001b':3B"
    assert terms_of(("",), "", "0001a") == "'0001a':3"


def test_places_start_over_where_the_servers_numbers_end() -> None:
    vector = terms_of((), " ".join(f"w{n}" for n in range(16_384)), "")
    assert "'w16381':16382B 'w16382':1B 'w16383':2B" in vector


def test_what_a_tsvector_cannot_hold_is_left_out() -> None:
    vector = terms_of(("ⓣ" + "x" * 3_000,), " ".join(f"{n:060}" for n in range(20_000)), "")
    assert vector.startswith(f"'ⓣ{'x' * 499}':1A '{0:060}':3B")
    assert 14_000 < vector.count(":") < 16_000


def test_an_expression_is_written_with_the_workspaces_mark() -> None:
    expression = AllOf((AnyOf((Phrase(("gpt4",)), Phrase(("gpt",)))), AND_MORE), (Phrase(("old",)),))
    assert tsquery("0001", expression) == "(('0001gpt4' | '0001gpt') & ('0001graph' <-> '0001neural') & !'0001old')"
    assert tsquery("0001", AND_MORE, "A") == "('0001graph':A <-> '0001neural':A)"
    assert tsquery("0001", Phrase(("学",), is_prefix=True)) == "'0001学':*"
    assert tsquery("0001", Phrase(("学",), is_prefix=True, field="comment")) == "'0001学':B*"


def test_the_index_is_asked_for_at_least_the_papers_that_match() -> None:
    expression = AllOf((AND_MORE,), (Phrase(("old", "news")), Phrase(("old",)), Phrase(("new",), field="comment")))
    assert index_query("0001", expression) == "(('0001graph' & '0001neural') & !'0001old')"


def test_two_neighbours_in_head_are_one_term() -> None:
    assert terms_of(("0001大規 0001規模 0001模 0001ab 0001bc",), "0001大規 0001規模", "") == (
        "'0001大規':1A,7B '0001規模':2A,8B '0001模':3A '0001ab':4A '0001bc':5A"
        " '0001大規模':1C '0001規模 模':1C '0001模 ab':1C '0001ab bc':1C"
    )
    phrase = Phrase(("大規", "規模", "模型"))
    assert index_query("0001", phrase, has_neighbours=True) == "('0001大規模' & '0001規模型')"
    assert tsquery("0001", phrase, most_neighbours=2) == "('0001大規模' & '0001規模型')"
    assert tsquery("0001", phrase, most_neighbours=1) == "('0001大規' <-> '0001規模' <-> '0001模型')"
    assert tsquery("0001", AND_MORE, most_neighbours=1) == "'0001graph neural'"
    for other in (Phrase(("a", "b"), field="comment"), Phrase(("a", "b"), is_prefix=True), Phrase(("大",))):
        assert index_query("0001", other, has_neighbours=True) == index_query("0001", other)


def test_words_in_another_order_are_counted_apart_but_not_characters() -> None:
    words = Phrase(("model", "for", "model"))
    assert tsquery("0001", words, most_neighbours=9) == "('0001model' <-> '0001for' <-> '0001model')"
    assert index_query("0001", words, has_neighbours=True) == "('0001model for' & '0001for model')"


def test_a_paper_tells_the_block_of_its_number() -> None:
    for number, block in ((1, 0), (1_023, 0), (1_024, 1), (5_000, 4)):
        assert tsvector("0001", number, (), "", "") == f"'{block_prefix('0001')}{block}':1A"


def test_marks_in_a_term_are_quoted() -> None:
    assert tsquery("", Phrase(("it's \\ here",))) == "'it''s \\\\ here'"
