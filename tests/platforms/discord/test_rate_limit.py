"""Discord's global limit is kept, whatever holds requests up on their way."""

from __future__ import annotations

import asyncio
import random
import time
from time import monotonic

import pytest

from bot.domain.errors import RetryLaterError
from bot.platforms.discord.rate_limit import GlobalRateLimit


async def arrivals(pace: GlobalRateLimit, requests: int, way: tuple[float, float], answer: float) -> list[float]:
    """Send requests that are held up on their way to Discord; return when they arrive there."""
    dice, times = random.Random(1), list[float]()

    async def send() -> None:
        async with pace.request():
            await asyncio.sleep(dice.uniform(*way))
            times.append(monotonic())
            await asyncio.sleep(answer)

    await asyncio.gather(*(send() for _ in range(requests)))
    return sorted(times)


def most_in_a_second(times: list[float]) -> int:
    return max(sum(moment <= each < moment + 1 for each in times) for moment in times)


async def test_requests_leave_at_almost_the_pace_that_discord_allows() -> None:
    times = await arrivals(GlobalRateLimit(), 70, (0.0, 0.0), 0.02)
    assert most_in_a_second(times) <= 48
    assert times[-1] - times[0] < 3 * 70 / 48  # a busy machine takes longer than the limit asks for


async def test_no_second_has_more_requests_than_allowed_however_long_each_is_held_up_on_its_way() -> None:
    times = await arrivals(GlobalRateLimit(), 100, (0.0, 0.4), 0.0)
    assert most_in_a_second(times) <= 48


async def test_a_request_without_an_answer_counts_until_it_has_one() -> None:
    pace = GlobalRateLimit(lambda: 4.0)
    answers = [asyncio.Event() for _ in range(4)]

    async def send(answer: asyncio.Event) -> None:
        async with pace.request():
            await answer.wait()

    sent = [asyncio.create_task(send(answer)) for answer in answers]
    fifth = asyncio.create_task(arrivals(pace, 1, (0.0, 0.0), 0.0))
    await asyncio.sleep(1.6)
    assert not fifth.done()
    answers[0].set()
    answered = monotonic()
    assert (await fifth)[0] - answered > 0.8  # it may have arrived only now
    for answer in answers:
        answer.set()
    await asyncio.gather(*sent)


async def test_a_few_slow_answers_do_not_tell_how_fast_one_may_be() -> None:
    pace = GlobalRateLimit(lambda: 4.0)
    times = await arrivals(pace, 5, (0.3, 0.3), 0.0)
    assert times[4] - times[0] >= 1.3


async def test_what_was_late_is_made_up_for() -> None:
    pace = GlobalRateLimit()
    await arrivals(pace, 1, (0.0, 0.0), 0.0)
    await asyncio.sleep(0.4)
    times = await arrivals(pace, 19, (0.0, 0.0), 0.0)
    assert 18 / 97 < times[-1] - times[0] < 18 / 48


async def test_the_first_requests_that_come_one_after_another_wait_for_nothing() -> None:
    limit, began = GlobalRateLimit(), monotonic()
    for _ in range(10):
        await arrivals(limit, 1, (0.0, 0.0), 0.0)
    assert monotonic() - began < 10 / 97


async def test_after_a_delay_of_the_whole_process_those_whose_turn_has_come_leave_together() -> None:
    limit = GlobalRateLimit()
    await arrivals(limit, 10, (0.0, 0.0), 0.0)
    sending = asyncio.create_task(arrivals(limit, 20, (0.0, 0.0), 0.0))
    await asyncio.sleep(0.01)
    time.sleep(0.2)  # noqa: ASYNC251 what a busy machine does to the event loop
    delayed = monotonic()
    times = await sending
    assert sum(each - delayed < 0.05 for each in times) >= 7


async def test_a_small_share_is_one_request_in_several_seconds() -> None:
    times = await arrivals(GlobalRateLimit(lambda: 2.5), 4, (0.0, 0.0), 0.0)
    assert times[-1] - times[0] >= 0.8


async def test_who_waits_for_a_turn_when_discord_refuses_everything_is_told_at_once() -> None:
    pace = GlobalRateLimit(lambda: 1.0)
    await arrivals(pace, 1, (0.0, 0.0), 0.0)
    waiting = asyncio.create_task(arrivals(pace, 1, (0.0, 0.0), 0.0))
    await asyncio.sleep(0)
    pace.rest(60)
    with pytest.raises(RetryLaterError):
        await waiting
