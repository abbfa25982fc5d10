"""Which jobs a process does beside others on the same store."""

from __future__ import annotations

import asyncio

from bot.app import App
from bot.job_runner import JobRunner
from bot.jobs import OF_EACH_PROCESS, jobs_of
from bot.services.workspaces import DEFAULT


async def test_every_process_writes_the_look_ups_that_it_counted_whoever_holds_the_jobs(app: App) -> None:
    workspace = await app.services.workspaces.named(DEFAULT)
    await app.services.lookup.find(workspace, "RetNet")
    jobs = JobRunner(jobs_of(app), lambda _: False, OF_EACH_PROCESS)
    jobs.start()
    while not (await app.services.statistics.of(workspace)).platforms:
        await asyncio.sleep(0.01)
    await jobs.stop()
    assert "lookups" not in jobs.shared
    assert "feeds" in jobs.shared


async def test_a_job_that_was_lost_ends_at_once_and_no_other_begins() -> None:
    ours, ends = True, list[str]()

    async def job() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ends.append("ended")

    jobs = JobRunner({"feeds": job}, lambda _: ours)
    jobs.start()
    await asyncio.sleep(0)
    ours = False
    jobs.cancel_lost()
    await jobs.stop()
    assert ends == ["ended"]
    jobs.cancel_lost()
    await asyncio.sleep(0)
    assert ends == ["ended"]
