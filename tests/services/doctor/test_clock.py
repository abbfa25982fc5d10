"""The clock is off only if no server agrees with it."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from bot.services.doctor.clock import ClockComparison
from tests.doubles.clock import AdjustableClock


def compared(*behind: float) -> list[tuple[str, str]]:
    """Return what is told when servers are so many seconds behind."""
    clock = AdjustableClock()
    comparison = ClockComparison(clock)
    for n, seconds in enumerate(behind):
        comparison.note(f"server {n}", format_datetime(clock() - timedelta(seconds=seconds), usegmt=True))
    return [(each.level, each.message.text("en")) for each in comparison.checks()]


@pytest.mark.parametrize(
    ("behind", "told"),
    [
        ((), []),
        ((0,), [("ok", "The clock agrees with those of these servers: server 0")]),
        ((59, 3600), [("ok", "The clock agrees with those of these servers: server 0, server 1")]),
        ((120, 3600), [("warning", "This machine's clock is 2 min ahead of that of server 0.")]),
        ((-3600,), [("fault", "This machine's clock is 60 min behind that of server 0.")]),
    ],
)
def test_the_server_that_agrees_most_decides(behind: tuple[float, ...], told: list[tuple[str, str]]) -> None:
    assert compared(*behind) == told


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Jan 2024 00:00:00 GMT", "\x00"])
def test_a_date_that_cannot_be_read_is_left_out(date: str) -> None:
    comparison = ClockComparison(AdjustableClock())
    comparison.note("server", date)
    assert list(comparison.checks()) == []
