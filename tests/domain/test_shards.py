"""A process says which shards it serves, and whether it serves the same servers as another."""

from __future__ import annotations

import pytest

from bot.domain.shards import Shards, parse_shards


@pytest.mark.parametrize(("text", "ids"), [("0-3/16", [0, 1, 2, 3]), ("15/16", [15]), (" 0/1 ", [0])])
def test_shards_are_written_as_the_first_the_last_and_the_total(text: str, ids: list[int]) -> None:
    shards = parse_shards(text)
    assert shards and shards.ids == ids


@pytest.mark.parametrize("text", ["", "16", "3-0/16", "0-16/16", "16/16", "-1/4", "a/b", "0-3", "0-3/16/2", "0/0"])
def test_anything_else_is_none(text: str) -> None:
    assert parse_shards(text) is None


def test_shards_overlap_where_a_server_may_be_in_both() -> None:
    assert not Shards(0, 3, 16).overlap(Shards(4, 7, 16))
    assert Shards(0, 3, 16).overlap(Shards(3, 3, 16))
    assert Shards(0, 3, 16).overlap(Shards(4, 7, 8))  # of other totals: the same server is in another shard
