"""A few of the trials, so that they stay runnable and what they show stays true between their long runs."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from trials import stage, storm


async def test_killed_and_broken_posters_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    template = tmp_path / "template.db"
    await stage.make_store(template)
    plan = (*storm.KILLS, "dropped after it is applied", "answer 503, yet applied", "disk full", "gateway gone")
    trials = await asyncio.gather(*(storm.run(kind, template, random.Random(kind)) for kind in plan),
                                  storm.crowd(2, template, random.Random(2)))  # fmt: skip
    told = {trial.kind: [name for name in storm.WRONG if trial.outcome[name]] for trial in trials}
    assert told == {trial.kind: [] for trial in trials}
