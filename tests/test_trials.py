"""A few of the trials, so that they keep running between their long runs."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from trials import causes, discord_causes, outbox, restore, slack_causes, storm
from trials.causes import Cause
from trials.discord import Discord
from trials.feeds import Month
from trials.restore_damage import damages
from trials.slack import Slack
from trials.stage import Platform

ON_DISCORD = (
    *causes.KILLS,
    "dropped after it is applied",
    "a page with 504, yet applied",
    "a page with 403",
    "disk full",
    "gateway gone",
    "killed, clock 5 hours ahead",
    "asleep at a request",
    "killed, then may not read",
    "2 processes on one store",
)
ON_SLACK = (
    *slack_causes.KILLS,
    "503, applied 8 s later",
    "dropped after it is applied",
    "429 as a page, Retry-After 30",
    "a page with 403",
    "blocks refused",
    "sockets gone",
    "asleep at a request",
    "killed, then not in the channel",
    "2 processes on one store",
)


async def failures(
    platform: Platform, kinds: tuple[str, ...], known: dict[str, Cause], folder: Path
) -> dict[str, list[str]]:
    """Make these trials and return what was wrong in each."""
    template = folder / "template.db"
    await outbox.make_store(template, platform.channels, platform.renderer)
    runs = (causes.run(platform, kind, known[kind], template, random.Random(kind)) for kind in kinds)
    trials = await asyncio.gather(*runs)
    return {trial.kind: [name for name in storm.WRONG if trial.outcome[name]] for trial in trials}


async def test_on_discord_killed_and_broken_posters_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    known = causes.KILLS | discord_causes.TROUBLES | discord_causes.WORST | causes.CROWDS
    assert await failures(Discord(), ON_DISCORD, known, tmp_path) == {kind: [] for kind in ON_DISCORD}


async def test_on_slack_killed_and_broken_posters_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    known = slack_causes.KILLS | slack_causes.TROUBLES | slack_causes.WORST | causes.CROWDS
    assert await failures(Slack(), ON_SLACK, known, tmp_path) == {kind: [] for kind in ON_SLACK}


async def test_in_days_of_misbehaving_feeds_each_paper_comes_once_and_every_host_is_treated_with_manners(
    tmp_path: Path,
) -> None:
    findings = await Month(tmp_path / "dayori.db", random.Random(1), 1, 10).run()
    assert findings.counts["papers in the inbox"] > 100
    assert {name: cases for name, cases in findings.wrong.items() if cases} == {}


async def test_killed_writers_and_restores_lose_nothing_and_the_printed_way_back_leads_there(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("killed", "swapped", "cut", "damaged")]
    for folder in folders:
        folder.mkdir()
    dice = random.Random(1)
    counts = await restore.kill_writers(folders[0], 4, dice)
    counts += await restore.kill_restores(folders[1], 4, dice)
    counts += await restore.delete_logs(folders[2], 3, dice)
    counts += await restore.damage_stores(folders[3], damages(0, dice)[3:4])
    assert {kind: times for kind, times in counts.items() if kind.startswith("wrong") and times} == {}
    assert counts["truncated: the way back works"] == 1
