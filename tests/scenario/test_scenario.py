"""One scenario on every platform leaves the same state of the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.discord import on_discord
from tests.scenario.driver import StartDriver
from tests.scenario.state import state_of
from tests.scenario.steps import END, STEPS
from tests.scenario.terminal import at_the_prompt, on_the_command_line


@pytest.mark.parametrize("start", [on_the_command_line, at_the_prompt, on_discord])
async def test_the_scenario_leaves_the_same_state_on_every_platform(start: StartDriver, tmp_path: Path) -> None:
    async with start(tmp_path) as driver:
        for step in STEPS:
            await step.take(driver)
    assert state_of(tmp_path) == END
