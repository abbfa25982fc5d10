"""Whatever an operator breaks, doctor says what to do, and `dayori run` ends or goes on with one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import discord, postgresql, settings, slack, store, web
from tests.faults.fault import Scene
from tests.faults.verdict import play
from tests.stores import SERVER

SCENES = [*settings.SCENES, *store.SCENES, *discord.SCENES, *slack.SCENES, web.SOURCES, *web.SCENES]
SCENES += postgresql.SCENES if SERVER else ()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_fault_is_named_with_its_remedy_and_told_at_the_start(scene: Scene, tmp_path: Path, starter: Path) -> None:
    verdicts = play(scene, tmp_path / "stage", starter)
    assert not [(each.fault.name, wrong) for each in verdicts for wrong in each.wrong]


def test_there_are_more_than_forty_ways_to_break_it() -> None:
    faults = [fault.name for scene in SCENES for fault in scene.faults if fault.level != "ok"]
    assert len(set(faults)) == len(faults) > 40
