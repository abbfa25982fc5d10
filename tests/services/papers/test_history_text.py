"""The history shows the differences between two versions of a paper."""

from __future__ import annotations

from datetime import UTC, datetime
from time import thread_time
from typing import Any

import pytest
from hypothesis import given

from bot.domain.history import Change, Step
from bot.services.papers.history_text import describe, differences
from bot.store.papers import paper_from
from tests.samples import texts


def told(**fields: tuple[Any, Any]) -> list[str]:
    before, after = ({name: values[at] for name, values in fields.items()} for at in (0, 1))
    papers = (paper_from({"id": "p", "title": "p", **columns}) for columns in (before, after))
    return differences(Step("p", *papers), "en")


_LEAD = "大規模言語モデルの土台となる新しい構造の提案。安価な推論、高い性能の三つを一度に満たそうとしています。"


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ("一", "二", "一 → 二"),
        (None, "二", "— → 二"),
        ("一", None, "一 → —"),
        (
            _LEAD + "図が一枚ある。",
            _LEAD + "図が二枚ある。",
            "…たそうとしています。図が一枚ある。 → …たそうとしています。図が二枚ある。",
        ),
        (_LEAD, _LEAD + "末尾。", "…に満たそうとしています。 → …に満たそうとしています。末尾。"),
        (
            "A sentence that goes on for long before it says something wrong, and goes on after it for as long again.",
            "A sentence that goes on for long before it says something right, and goes on after it for as long again.",
            "…says something wrong, and goes on after… → …says something right, and goes on after…",
        ),
        ("one\ntwo", "one two", r"one\ntwo → one two"),
    ],
)
def test_a_text_is_shown_where_it_differs(before: str | None, after: str | None, difference: str) -> None:
    assert told(comment=(before, after)) == [f"comment: {difference}"]


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        (["RAG", "LLM"], ["RAG", "推論"], "LLM → 推論"),
        (["RAG"], ["RAG", "推論", "LLM"], "+推論, +LLM"),
        (["a", "b", "c"], ["b", "d"], "−a, −c, +d"),
        (["a", "b"], ["b", "a"], "a, b → b, a"),
        ([], ["a"], "+a"),
    ],
)
def test_of_a_list_what_came_and_went_is_shown(before: list[str], after: list[str], difference: str) -> None:
    assert told(tags=(before, after)) == [f"tags: {difference}"]


def test_a_long_list_of_which_every_name_changed_is_shown_at_once() -> None:
    names = [[f"{letter} {n}" for n in range(5_000)] for letter in "AÀ"]
    began = thread_time()
    assert told(authors=(names[0], names[1]))[0].startswith("authors: −A 0, −A 1")
    assert thread_time() - began < 0.1


def test_links_are_shown_with_their_labels_and_ids_with_their_schemes() -> None:
    one, other = ["https://example.org/a", "code"], ["https://example.org/b", None]
    assert told(links=([one], [one, other])) == ["links: +https://example.org/b"]
    assert told(links=([one], [["https://example.org/a", "コード"]])) == [
        "links: https://example.org/a code → https://example.org/a コード"
    ]
    assert told(identifiers=({"arxiv": "2307.08621"}, {"arxiv": "2307.08621", "doi": "10.1/x"})) == [
        "identifiers: +doi:10.1/x"
    ]


@given(texts, texts)
def test_two_texts_that_differ_are_never_shown_alike(before: str, after: str) -> None:
    if before != after:
        line = told(comment=(before, after))[0].removeprefix("comment: ")
        old, _, new = line.partition(" → ")
        assert old != new
        assert len(line) < 200


def test_the_papers_of_a_change_are_listed_as_the_language_lists_them() -> None:
    change = Change(1, "remove", datetime(2026, 11, 28, tzinfo=UTC), "花子")
    assert describe(change, ["検索の論文", "要約の論文"], "ja") == "削除 ・ 検索の論文、要約の論文 ・ 花子"
    assert describe(change, ["One", "Two"], "en") == "removed ・ One, Two ・ 花子"
