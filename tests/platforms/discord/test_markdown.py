"""Text from outside stays literal in Discord."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.discord.markdown import escape, escape_within, link

TEXTS = st.text(alphabet=st.sampled_from("ab c\n*_~`|[]()<>@#-+1.日本\\:/") | st.characters(), max_size=200)


def test_nothing_is_formatted_or_mentioned() -> None:
    assert escape("**a** _b_ @everyone <@1> [x](y)") == r"\*\*a\*\* \_b\_ \@everyone \<\@1\> \[x\](y)"
    assert escape("# a\n- b\n1. c\n> d\n-# e") == "\\# a\n\\- b\n1\\. c\n\\> d\n\\-# e"


def test_an_address_still_leads_where_it_should() -> None:
    assert escape("see https://example.com/a_b*c") == r"see https://example.com/a_b\*c"


def test_a_link_takes_its_label_literally() -> None:
    assert link("a]b", "https://example.com") == r"[a\]b](<https://example.com>)"


@given(TEXTS)
def test_taking_the_backslashes_away_gives_the_text_back(text: str) -> None:
    assert re.sub(r"\\([\\*_~`|\[\]<>@#+.)-])", r"\1", escape(text)) == text


@given(TEXTS, st.integers(1, 80))
def test_an_escaped_text_fits_its_limit(text: str, limit: int) -> None:
    assert len(escape_within(text, limit)) <= limit


@given(TEXTS)
def test_a_text_that_fits_is_not_clipped(text: str) -> None:
    assert escape_within(text, 2 * len(text) + 10) == escape(text)


@pytest.mark.parametrize(
    "url", ["https://doi.org/10.1016/S0140-6736(20)30183-5", "https://a.org/b)c", "https://a.org/(b"]
)
def test_a_link_ends_at_no_bracket_of_its_address(url: str) -> None:
    linked = link("DOI", url)
    address = linked.removeprefix("[DOI](<").removesuffix(">)")
    assert not set("()<>") & set(address)
    assert unquote(address) == url
