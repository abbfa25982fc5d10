"""No server waits for all channels of another."""

from __future__ import annotations

from bot.domain.round_robin import round_robin


def test_the_first_channel_of_every_server_comes_before_the_second_of_any() -> None:
    channels = ["a/1", "a/2", "a/3", "b/1", "c/1", "b/2"]
    assert round_robin(channels, str) == ["a/1", "b/1", "c/1", "a/2", "b/2", "a/3"]
