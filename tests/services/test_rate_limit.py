"""Limits on one person's requests per minute."""

from __future__ import annotations

import pytest

from bot.domain.errors import RateLimitError
from bot.services.rate_limit import BUDGET, EXPORT_COST, RateLimit


class Seconds:
    """An adjustable clock of seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def limit(seconds: Seconds) -> RateLimit:
    return RateLimit(seconds)


def use_up(limit: RateLimit, person: str) -> None:
    for _ in range(int(BUDGET)):
        limit.spend(person)


def test_who_used_up_the_budget_is_told_for_how_long_and_nobody_else_is(limit: RateLimit) -> None:
    use_up(limit, "a")
    with pytest.raises(RateLimitError, match="go on in 1 s") as refused:
        limit.spend("a")
    assert "1秒ほど" in refused.value.text("ja")
    limit.spend("b")


def test_the_seconds_that_are_told_are_enough(limit: RateLimit, seconds: Seconds) -> None:
    use_up(limit, "a")
    with pytest.raises(RateLimitError) as refused:
        limit.spend("a", EXPORT_COST)
    seconds.now += refused.value.seconds
    limit.spend("a", EXPORT_COST)


def test_a_refusal_costs_nothing_and_a_rest_fills_up_no_more_than_the_budget(
    limit: RateLimit, seconds: Seconds
) -> None:
    use_up(limit, "a")
    for _ in range(100):
        with pytest.raises(RateLimitError):
            limit.spend("a")
    seconds.now += 3600
    use_up(limit, "a")
    with pytest.raises(RateLimitError):
        limit.spend("a")


def test_people_who_had_a_rest_are_forgotten(limit: RateLimit, seconds: Seconds) -> None:
    for n in range(10_000):
        limit.spend(f"old {n}")
    seconds.now += 61
    use_up(limit, "new")
    with pytest.raises(RateLimitError):
        limit.spend("new")
    assert len(limit._buckets) < 10
