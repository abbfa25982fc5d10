"""A filter that people write in forms and commands is read back as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import DayoriError, InputError
from bot.domain.feed_filter import FeedFilter
from bot.domain.feed_filter_text import FILTER_FIELDS, filter_from, texts_of
from bot.domain.feed_rule import parse_rule


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("diffusion\n拡散モデル", ("diffusion", "拡散モデル")),
        ("diffusion, 拡散モデル、RAG；LLM; speech", ("diffusion", "拡散モデル", "RAG", "LLM", "speech")),
        ("(diffusion OR 拡散, score) -survey, RAG", ("(diffusion OR 拡散, score) -survey", "RAG")),
        ('"chain, of thought", author:"Ho, Jonathan"', ('"chain, of thought"', 'author:"Ho, Jonathan"')),
        ("  large   language model ,, ,\n\n", ("large language model",)),
        ("RAG, RAG", ("RAG",)),
        ("", ()),
    ],
)
def test_lines_and_commas_separate_rules_and_quotes_and_brackets_hold_them_together(
    text: str, rules: tuple[str, ...]
) -> None:
    assert filter_from({"include": text}).include == rules


def test_names_and_categories_lose_their_quotation_marks() -> None:
    filter = filter_from({"authors": '"Ho, Jonathan", LeCun', "tags": "cs.CL、「a」, “cs.LG”"})
    assert filter == FeedFilter(authors=("Ho, Jonathan", "LeCun"), tags=("cs.CL", "「a」", "cs.LG"))


def test_a_field_that_is_not_there_or_unchanged_stays_as_it_was() -> None:
    before = FeedFilter(("a, b",), ("survey",), ("Ho, Jonathan",), ("cs.CL",))
    assert filter_from({"exclude": "review"}, before) == FeedFilter(
        ("a, b",), ("review",), *(before.authors, before.tags)
    )
    assert filter_from(texts_of(before), before) == before


@pytest.mark.parametrize("text", ["(a\nb", 'a, ")('])
def test_a_wrong_rule_is_one_sentence(text: str) -> None:
    with pytest.raises(InputError):
        filter_from({"include": text}).compiled()


def test_an_open_bracket_takes_no_other_line_with_it() -> None:
    with pytest.raises(InputError, match="not closed"):
        filter_from({"exclude": "(a\nb)"}).compiled()


def test_more_rules_than_anybody_reads_are_refused() -> None:
    with pytest.raises(InputError, match="50"):
        filter_from({"tags": ",".join(map(str, range(51)))})


def _accepted(rule: str) -> bool:
    try:
        parse_rule(rule)
    except DayoriError:
        return False
    return True


_rules = st.text('ab ,、;()"-OR拡', min_size=1, max_size=12).filter(lambda each: each.strip() and _accepted(each))


@given(st.lists(_rules, max_size=4, unique_by=lambda each: " ".join(each.split())))
def test_a_form_shows_any_filter_so_that_it_is_read_back_with_the_same_meaning(rules: list[str]) -> None:
    shown = texts_of(FeedFilter(include=tuple(rules)))
    assert set(shown) == set(FILTER_FIELDS)
    back = filter_from(shown).include
    assert [parse_rule(each) for each in back] == [parse_rule(each) for each in rules] or len(back) < len(rules)
