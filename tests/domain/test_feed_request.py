"""A feed that somebody wants: its address, its name, and how it is kept until it is saved."""

from __future__ import annotations

import json

import pytest

from bot.domain.errors import InputError
from bot.domain.feed_filter import FeedFilter
from bot.domain.feed_request import FeedRequest, free_name, request_from, valid_address, valid_name


@pytest.mark.parametrize(
    ("title", "url", "name"),
    [
        ("cs.CL updates on arXiv.org", "https://rss.arxiv.org/rss/cs.CL", "cs.CL"),
        ("自然言語処理 研究室", "https://lab.example/feed", "自然言語処理-研究室"),
        ("", "https://www.lab.example/feed", "lab.example"),
        ("arXiv Query: search_query=cat:cs.CL&id_list=&start=0", "https://export.arxiv.org/api", "export.arxiv.org"),
        ("<@everyone> [a](b)", "https://lab.example/feed", "everyone-a-b"),
        ("***", "https://lab.example/feed", "lab.example"),
    ],
)
def test_a_feed_is_named_after_its_title_or_else_its_host(title: str, url: str, name: str) -> None:
    assert free_name(title, url, ()) == name
    assert free_name(title, url, {name, f"{name}-2"}) == f"{name}-3"
    assert valid_name(name) == name


@pytest.mark.parametrize("name", ["", "  ", "a b", "a" * 81])
def test_a_name_is_one_word(name: str) -> None:
    with pytest.raises(InputError, match="1 to 80"):
        valid_name(name)


@pytest.mark.parametrize("text", ["javascript:alert(1)", "file:///etc/passwd", "cs.CL", "https://a:b@c.example/", ""])
def test_only_web_addresses_are_feeds(text: str) -> None:
    with pytest.raises(InputError, match="https://"):
        valid_address(text)


def test_an_address_may_stand_in_angle_brackets() -> None:
    assert valid_address(" <https://lab.example/feed> ") == "https://lab.example/feed"


def test_a_request_comes_back_from_the_store_as_it_was() -> None:
    filter = FeedFilter(("a",), ("b",), ("c",), ("d",))
    for request in (
        FeedRequest("https://a.example/", filter, "a", 3, FeedFilter()),
        FeedRequest("https://a.example/", filter),
    ):
        assert request_from(json.loads(json.dumps(request.columns()))) == request
