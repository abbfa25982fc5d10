"""A feed's filter lets through what its rules say, and names the rule that drops the rest."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import InputError
from bot.domain.feed_entry import FeedEntry
from bot.domain.feed_filter import FeedFilter, SkipReason
from bot.domain.feed_rule import Text, parse_rule
from bot.domain.metadata import make_metadata

ENTRY = FeedEntry(
    "oai:arXiv.org:2401.00001v1",
    make_metadata(
        title="Retrieval-Augmented Generation with GPT-4 in C++",
        excerpt="We survey 拡散モデル and ニューラルネットワーク for fragment assembly, step by step.",
        authors=["Jonathan Ho", "山田 太郎", "Pétrov, Ivan"],
        venue="ACL 2024",
    ),
    ("cs.CL", "cs.LG"),
    "Accepted at ICLR",
)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("retrieval-augmented generation", True),
        ("Retrieval Augmented", True),
        ("ＧＰＴ－４", True),
        ("rag", False),  # not within "fragment"
        ("fragment", True),
        ("拡散", True),
        ("カクサン", False),
        ("にゅーらるねっとわーく", True),
        ("ニュラルネットワク", True),
        ("C++", True),
        ("C#", False),
        ("Accepted at ICLR", True),
        ("step step", False),
        ("(diffusion OR 拡散) -survey", False),
        ("(diffusion OR 拡散) -poetry", True),
        ("diffusion OR generation AND poetry", False),
        ('"step by step" author:ho', True),
        ("author:jon", False),
        ('author:"Ho, Jonathan"', True),
        ("author:山田", True),
        ("author:Petrov", False),
        ("author:Pétrov", True),
        ("venue:acl", True),
        ("venue:2023", False),
        ("tag:CS.cl", True),
        ("NOT (tag:cs.CL AND tag:cs.LG)", False),
        ("NOT tag:cs.CV NOT tag:cs.RO", True),
    ],
)
def test_a_rule_holds_as_somebody_would_expect(rule: str, holds: bool) -> None:
    assert (FeedFilter(include=(rule,)).compiled().reason_against(ENTRY) is None) is holds


@pytest.mark.parametrize(
    ("filter", "reason"),
    [
        (FeedFilter(), None),
        (FeedFilter(include=("poetry", "拡散")), None),
        (FeedFilter(include=("poetry",)), SkipReason("include")),
        (FeedFilter(exclude=("poetry", "survey")), SkipReason("exclude", "survey")),
        (FeedFilter(authors=("Ho",)), None),
        (FeedFilter(authors=("Jonathan Ho", "Nobody")), None),
        (FeedFilter(authors=("Nobody",)), SkipReason("authors")),
        (FeedFilter(tags=("CS.LG",)), None),
        (FeedFilter(tags=("cs.CV",)), SkipReason("tags")),
        (FeedFilter(include=("拡散",), exclude=("survey",), tags=("cs.CL",)), SkipReason("exclude", "survey")),
    ],
)
def test_the_rule_that_drops_an_entry_is_named(filter: FeedFilter, reason: SkipReason | None) -> None:
    assert filter.compiled().reason_against(ENTRY) == reason


@pytest.mark.parametrize(
    "rule", ["", " ", "(a", "a)", "a OR", "OR a", "()", "- (", '"a', "-" * 40 + "a", "a" * 501, "(" * 200]
)
def test_a_wrong_rule_is_refused_in_one_sentence(rule: str) -> None:
    with pytest.raises(InputError):
        parse_rule(rule)


@given(st.text(max_size=600), st.text(max_size=200))
def test_any_text_is_a_rule_or_is_refused(rule: str, text: str) -> None:
    with suppress(InputError):
        parse_rule(rule).holds(Text.of(text, authors=[text], venue=text, tags=[text]))


@given(st.text(alphabet="abあい亜漢カー -'", min_size=1, max_size=30))
def test_a_text_holds_the_rule_that_it_is(text: str) -> None:
    if text.strip(" -'"):
        try:
            rule = parse_rule(text)
        except InputError:
            return
        if not text.startswith("-") and " -" not in text:
            assert rule.holds(Text.of(text))
