"""Prints the results of trials."""

from __future__ import annotations

from collections import Counter, defaultdict

from trials import outbox, storm
from trials.campaign import Campaign, wrong
from trials.storm import Trial
from trials.victim import PAPERS

_COLUMNS = ("runs", "killed", "stopped", "taken over", "faults that hit", "started again", *storm.WRONG)


def report(campaign: Campaign) -> int:
    """Print the counts and return the number of failures."""
    every = [trial for trials in campaign.trials.values() for trial in trials]
    for platform, trials in campaign.trials.items():
        _print_table(platform, trials)
    steps = sum((trial.steps for trial in every), Counter[str]())
    print("\nstep at which an edition stood when its process was killed")
    for step in outbox.STEPS:
        print(f"  {step:40}{steps[step]:6}")
    editions = len(every) * outbox.CHANNELS
    print(f"\n{campaign.name}: {editions:,} editions of {PAPERS} papers in {campaign.seconds:.0f} s")
    print(f"wrong in all: {wrong(every)}\n", flush=True)
    return wrong(every)


def _print_table(platform: str, trials: list[Trial]) -> None:
    by_kind: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for trial in trials:
        for kind in (trial.kind, "in all"):
            by_kind[kind] += trial.outcome + Counter(runs=1)
    by_kind["in all"] = by_kind.pop("in all")
    print(f"{platform:36}" + "".join(f"{name:>17}" for name in _COLUMNS))
    for kind, outcome in by_kind.items():
        print(f"{kind:36}" + "".join(f"{outcome[name]:17}" for name in _COLUMNS))
    print()
