"""Runs all trials, prints the results by fault and by step, and fails if a message was lost or sent twice."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.cli.context import progress_bar
from bot.logs import configure_logs
from trials import causes, stage, storm
from trials.storm import Trial
from trials.victim import PAPERS

RUNS, LONG, CROWDS, AT_ONCE = 1000, 8, 40, 6  # a run or a crowd has five editions
_TELL_EVERY = 30.0  # seconds


async def main() -> int:
    """Run the trials; return the exit status."""
    configure_logs((), quiet=True)
    began = perf_counter()
    with TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        await stage.make_store(template)
        plan = [*[*causes.LONG] * LONG, *kinds(RUNS), *(f"{size}" for size in (2, 4) for _ in range(CROWDS))]
        trials = await play(plan, template)
    print(
        f"{(RUNS + LONG) * stage.CHANNELS:,} editions of {PAPERS} papers, and {2 * CROWDS * stage.CHANNELS} shared "
        f"by processes, in {perf_counter() - began:.0f} s"
    )
    return 1 if told(trials) else 0


def kinds(runs: int) -> list[str]:
    """Return the fault of each run: a kill, a failure and one of the worst cases in turn."""
    groups = [[*group] for group in (causes.KILLS, causes.TROUBLES, causes.WORST)]
    return [groups[n % 3][n // 3 % len(groups[n % 3])] for n in range(runs)]


async def play(plan: Iterable[str], template: Path) -> list[Trial]:
    """Run these trials, some at the same time."""
    waiting = list(enumerate(plan))[::-1]
    trials: list[Trial] = []

    async def work(progress: Callable[[int, int], None], total: int) -> None:
        while waiting:
            n, kind = waiting.pop()
            dice = random.Random(n)
            one: Awaitable[Trial] = (
                causes.crowd(int(kind), template, dice) if kind.isdigit() else causes.run(kind, template, dice)
            )
            trials.append(trial := await one)
            if wrong([trial]):
                print(f"trial {n}, {kind}: {dict(trial.outcome)}", file=sys.stderr, flush=True)
            progress(len(trials), total)

    total = len(waiting)
    telling = asyncio.create_task(_tell(trials, total))
    with progress_bar("trials") as progress:
        await asyncio.gather(*(work(progress, total) for _ in range(AT_ONCE)))
    telling.cancel()
    return trials


async def _tell(trials: list[Trial], total: int) -> None:
    """Print the progress from time to time, where no bar can be shown."""
    while not sys.stderr.isatty():
        await asyncio.sleep(_TELL_EVERY)
        print(f"trials {len(trials)}/{total}, wrong so far {wrong(trials)}", file=sys.stderr, flush=True)


def wrong(trials: Iterable[Trial]) -> int:
    """Count all failures."""
    return sum(trial.outcome[name] for trial in trials for name in storm.WRONG)


def told(trials: list[Trial]) -> int:
    """Print the counts and return the number of failures."""
    by_kind: defaultdict[str, Counter[str]] = defaultdict(Counter)
    steps: Counter[str] = Counter()
    for trial in trials:
        by_kind[trial.kind] += trial.outcome + Counter(runs=1)
        steps += trial.steps
    columns = ("runs", "killed", "stopped", "taken over", "faults that hit", "started again", *storm.WRONG)
    print(f"{'':32}" + "".join(f"{name:>18}" for name in columns))
    for kind, outcome in by_kind.items():
        print(f"{kind:32}" + "".join(f"{outcome[name]:18}" for name in columns))
    print("\nstep at which an edition stood when its process was killed")
    for step in stage.STEPS:
        print(f"  {step:40}{steps[step]:6}")
    print(f"\nwrong in all: {wrong(trials)}", flush=True)
    return wrong(trials)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
