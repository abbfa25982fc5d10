"""Runs many trials, some at the same time, and shows how far they are."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.cli.context import progress_bar
from trials import outbox, storm
from trials.causes import Cause, run
from trials.stage import Platform
from trials.storm import Trial

_AT_ONCE, _LONG_AT_ONCE = 6, 8
_TELL_EVERY = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Run:
    """One trial to be made."""

    platform: Platform
    kind: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Campaign:
    """The results of many trials, by platform, and how long they took."""

    name: str
    trials: dict[str, list[Trial]]
    seconds: float


def round_robin(runs: int, *groups: Mapping[str, Cause]) -> list[tuple[str, Cause]]:
    """Return the fault of each run: one of each group in turn."""
    lists = [list(group.items()) for group in groups]
    return [lists[n % len(lists)][n // len(lists) % len(lists[n % len(lists)])] for n in range(runs)]


async def play(name: str, runs: list[Run], long: list[Run]) -> Campaign:
    """Make these trials; the long ones mostly wait, so they run beside the others."""
    began = perf_counter()
    waiting = {limit: list(enumerate(plan))[::-1] for limit, plan in ((_AT_ONCE, runs), (_LONG_AT_ONCE, long))}
    trials: dict[str, list[Trial]] = {each.platform.name: [] for each in (*runs, *long)}
    total = len(runs) + len(long)

    async def work(plan: list[tuple[int, Run]], template: Path, progress: Callable[[int, int], None]) -> None:
        while plan:
            n, each = plan.pop()
            trial = await run(each.platform, each.kind, each.cause, template, random.Random(n))
            trials[each.platform.name].append(trial)
            if wrong([trial]):
                print(f"{each.platform.name}, {n}, {each.kind}: {dict(trial.outcome)}", file=sys.stderr, flush=True)
            progress(sum(map(len, trials.values())), total)

    with TemporaryDirectory() as folder, progress_bar(f"trials on {name}") as progress:
        template = Path(folder) / "template.db"
        await outbox.make_store(template, runs[0].platform.channels, runs[0].platform.renderer)
        telling = asyncio.create_task(_tell(trials, total))
        await asyncio.gather(*(work(plan, template, progress) for limit, plan in waiting.items() for _ in range(limit)))
        telling.cancel()
    return Campaign(name, trials, perf_counter() - began)


async def _tell(trials: dict[str, list[Trial]], total: int) -> None:
    """Print the progress from time to time, where no bar can be shown."""
    while not sys.stderr.isatty():
        await asyncio.sleep(_TELL_EVERY)
        done = [trial for each in trials.values() for trial in each]
        print(f"trials {len(done)}/{total}, wrong so far {wrong(done)}", file=sys.stderr, flush=True)


def wrong(trials: Iterable[Trial]) -> int:
    """Count all failures."""
    return sum(trial.outcome[name] for trial in trials for name in storm.WRONG)
