"""Terms and expressions are written so that PostgreSQL reads exactly these terms."""

from __future__ import annotations

from bot.search.backend import AllOf, AnyOf, Phrase
from bot.store.search_index.tsearch import index_query, tsquery, tsvector

AND_MORE = Phrase(("graph", "neural"))


def test_a_papers_terms_have_their_places_and_columns() -> None:
    assert tsvector(("a b a", "c"), "b d", "e") == "'a':1A,3A 'b':2A,7B 'c':5A 'd':8B 'e':10"


def test_columns_are_apart_so_that_no_phrase_spans_two() -> None:
    assert tsvector(("a",), "b", "") == "'a':1A 'b':3B"
    assert tsvector(("",), "", "a") == "'a':3"


def test_places_start_over_where_the_servers_numbers_end() -> None:
    vector = tsvector((), " ".join(f"w{n}" for n in range(16_384)), "")
    assert "'w16381':16382B 'w16382':1B 'w16383':2B" in vector


def test_what_a_tsvector_cannot_hold_is_left_out() -> None:
    vector = tsvector(("ⓣ" + "x" * 3_000,), " ".join(f"{n:060}" for n in range(20_000)), "")
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


def test_three_neighbouring_characters_of_head_are_one_term() -> None:
    assert tsvector(("0001大規 0001規模 0001模 0001ab 0001bc",), "0001大規 0001規模", "").startswith(
        "'0001大規':1A,7B '0001規模':2A,8B '0001模':3A '0001ab':4A '0001bc':5A '0001大規模':5A"
    )
    phrase = Phrase(("大規", "規模", "模型"))
    assert index_query("0001", phrase, has_triples=True) == "('0001大規模' & '0001規模型')"
    assert tsquery("0001", phrase, most_triples=2) == "('0001大規模' & '0001規模型')"
    assert tsquery("0001", phrase, most_triples=1) == "('0001大規' <-> '0001規模' <-> '0001模型')"
    for other in (Phrase(("gpt", "大規", "規模")), Phrase(("大規", "模型")), Phrase(("ab", "bc")), Phrase(("大",))):
        assert index_query("0001", other, has_triples=True) == index_query("0001", other)


def test_marks_in_a_term_are_quoted() -> None:
    assert tsquery("", Phrase(("it's \\ here",))) == "'it''s \\\\ here'"
