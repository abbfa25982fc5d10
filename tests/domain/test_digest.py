"""Over any history of additions and editions, no paper is lost or sent twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.digest import Choice, Edition, Reason, WhenEmpty, choose, explain, passes_filter
from bot.platforms.console.reports import prompt_name
from tests.samples import paper

_POLICIES: list[WhenEmpty] = ["revisit", "notice", "skip"]
_EDITION = Edition("weekly", 3, datetime(2024, 1, 22, tzinfo=UTC), Reason.NEW, (paper(1), paper(2)), 0, "ja")


@given(st.lists(st.integers(0, 7), max_size=30), st.integers(0, 30), st.integers(1, 5), st.sampled_from(_POLICIES))
def test_nothing_is_lost_and_nothing_comes_twice(
    additions: list[int], there_before: int, most: int, when_empty: WhenEmpty
) -> None:
    unseen, sent, passed_over = list(range(there_before)), list[int](), set[int]()
    count = 0
    newest = there_before
    for added in [*additions, *[0] * (there_before + sum(additions) + 1)]:
        unseen += range(newest, newest + added)
        newest += added
        contents = unseen[-most:] if count == 0 else unseen[:most]
        choice = choose(contents, len(unseen), sent[:most], first=count == 0, when_empty=when_empty)
        if choice is None:
            assert when_empty == "skip"
            assert not unseen
            continue
        count += 1
        assert len(choice.numbers) <= most
        if choice.reason in (Reason.FIRST, Reason.NEW):
            assert not set(choice.numbers) & (set(sent) | passed_over)
            sent += choice.numbers
            if choice.reason is Reason.FIRST:
                passed_over = set(unseen) - set(sent)
            unseen = [n for n in unseen if n not in sent and n not in passed_over]
            assert choice.remaining == len(unseen)
        else:
            assert not unseen
    assert sorted([*sent, *passed_over]) == list(range(newest))


def test_a_first_edition_says_so_and_leaves_nothing_waiting() -> None:
    assert choose([4, 5], 5, [], first=True, when_empty="revisit") == Choice((4, 5), Reason.FIRST, 0)


def test_a_later_edition_counts_what_waits_for_the_next() -> None:
    assert choose([1, 2], 5, [], first=False, when_empty="skip") == Choice((1, 2), Reason.NEW, 3)


def test_with_nothing_new_the_longest_unread_come_again() -> None:
    assert choose([], 0, [9, 8], first=False, when_empty="revisit") == Choice((9, 8), Reason.REVISIT)


def test_with_nothing_at_all_there_is_a_notice_or_no_edition() -> None:
    assert choose([], 0, [], first=True, when_empty="revisit") == Choice((), Reason.NOTICE)
    assert choose([], 0, [1], first=False, when_empty="notice") == Choice((), Reason.NOTICE)
    assert choose([], 0, [1], first=False, when_empty="skip") is None


@pytest.mark.parametrize(
    ("tags", "wanted", "does_pass"),
    [
        ([], [], True),
        (["RAG"], [], True),
        (["RAG"], ["rag"], True),
        (["ＲＡＧ"], ["検索"], False),
        ([], ["RAG"], False),
        (["a", "Llama  2"], ["b", " llama 2 "], True),
    ],
)
def test_a_filter_lets_pass_what_has_one_of_its_tags(tags: list[str], wanted: list[str], does_pass: bool) -> None:
    assert passes_filter(tags, wanted) is does_pass


@pytest.mark.parametrize("reason", Reason)
def test_an_edition_says_in_both_languages_why_it_is_as_it_is(reason: Reason) -> None:
    ja, en = (explain(replace(_EDITION, reason=reason, locale=locale), prompt_name) for locale in ("ja", "en"))
    assert ja
    assert en
    assert ja != en


def test_a_count_of_one_is_said_as_one() -> None:
    assert (
        explain(replace(_EDITION, papers=(paper(1),), locale="en"), prompt_name)
        == "1 paper added since the last edition."
    )
    assert explain(replace(_EDITION, locale="en"), prompt_name) == "2 papers added since the last edition."
    assert explain(_EDITION, prompt_name) == "前号のあとに加わった2本です。"
