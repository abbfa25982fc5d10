"""A few of the trials, so that they keep running between their long runs."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from trials import causes, stage, storm


async def test_killed_and_broken_posters_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    template = tmp_path / "template.db"
    await stage.make_store(template)
    plan = (
        *causes.KILLS,
        "dropped after it is applied",
        "a page with 504, yet applied",
        "a page with 403",
        "disk full",
        "gateway gone",
        "killed, clock 5 hours ahead",
        "asleep at a request",
        "killed, then may not read",
    )
    trials = await asyncio.gather(
        *(causes.run(kind, template, random.Random(kind)) for kind in plan), causes.crowd(2, template, random.Random(2))
    )
    told = {trial.kind: [name for name in storm.WRONG if trial.outcome[name]] for trial in trials}
    assert told == {trial.kind: [] for trial in trials}
