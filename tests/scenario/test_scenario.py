"""One scenario on every platform leaves the same state of the store."""

from __future__ import annotations

import pytest

from tests.scenario.both import on_both
from tests.scenario.discord import on_discord
from tests.scenario.driver import StartDriver
from tests.scenario.slack import on_slack
from tests.scenario.state import state_of
from tests.scenario.steps import END, END_OF_BOTH, STEPS
from tests.scenario.terminal import at_the_prompt, on_the_command_line


@pytest.mark.parametrize("start", [on_the_command_line, at_the_prompt, on_discord, on_slack])
async def test_the_scenario_leaves_the_same_state_on_every_platform(start: StartDriver, database_url: str) -> None:
    async with start(database_url) as driver:
        for step in STEPS:
            await step.take(driver)
    assert state_of(database_url) == END


async def test_the_scenario_goes_from_platform_to_platform_and_leaves_the_same_state(database_url: str) -> None:
    async with on_both(database_url) as driver:
        for step in STEPS:
            await step.take(driver)
    assert state_of(database_url) == END_OF_BOTH
