"""No password in an address is shown, even if the address is invalid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.url_credentials import credentials_of, without_credentials


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("postgresql+asyncpg://u:secret@h/d", "postgresql+asyncpg://…@h/d"),
        ("postgresql+asyncpg://u:se/cr@et@h/d?sslpassword=x", "postgresql+asyncpg://…@h/d"),
        ("u:secret@h/d", "…@h/d"),
        ("https://secret@proxy.example/", "https://…@proxy.example/"),
        ("sqlite+aiosqlite:///data/a.db?password=secret", "sqlite+aiosqlite:///data/a.db"),
        ("hanako@lab.example", "hanako@lab.example"),
        ("a place", "a place"),
    ],
)
def test_what_may_be_a_password_is_not_shown(url: str, text: str) -> None:
    assert without_credentials(url) == text


@given(st.text(st.sampled_from("/@:?#% s秘"), max_size=20))
def test_no_password_is_shown_whatever_is_in_it(password: str) -> None:
    assert "geheim" not in without_credentials(f"postgresql://u:geheim{password}geheim@host/d")


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("https://u:p%40ss@h", ("p%40ss", "p@ss")),
        ("https://token@h", ("token",)),
        ("https://u:pw@h", ()),  # too short to be hidden everywhere
        ("https://mastodon.example/@hanako", ()),
        ("https://[::1", ()),
    ],
)
def test_the_secrets_of_an_address_are_known_as_they_stand_and_as_they_are_meant(
    url: str, secrets: tuple[str, ...]
) -> None:
    assert credentials_of(url) == secrets
