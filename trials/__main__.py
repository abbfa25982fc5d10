"""Runs the trials, prints the results by fault and by step, and fails if a message was lost, sent twice or refused.

`python -m trials slack` runs only those of Slack; the others are discord, rendering, growth, feeds, updates,
processes, restore, site, soak, soak-postgresql and faults.
"""

from __future__ import annotations

import asyncio
import sys

from bot.logs import configure_logs
from trials import causes, discord_causes, rendering, slack_causes
from trials.campaign import Run, play, round_robin
from trials.discord import Discord
from trials.faults import on_faults
from trials.feeds import on_feeds
from trials.growth import on_growth
from trials.processes import on_processes
from trials.restore import on_restore
from trials.site import on_site
from trials.slack import Slack
from trials.soak import on_soak, on_soak_on_postgresql
from trials.table import report
from trials.updates import on_updates

_RUNS, _LONG, _CROWDS = 1000, 8, 40  # a run or a crowd has five editions
_SLACK_KILLS, _SLACK_OTHERS, _REAL_TIME = 500, 300, 3


async def on_discord() -> int:
    """Run Discord's trials; return the number of failures."""
    platform = Discord()
    kinds = [*round_robin(_RUNS, causes.KILLS, discord_causes.TROUBLES, discord_causes.WORST), *_crowds()]
    long = [Run(platform, kind, cause) for kind, cause in [*discord_causes.LONG.items()] * _LONG]
    return report(await play("Discord", [Run(platform, *each) for each in kinds], long))


async def on_slack() -> int:
    """Run Slack's trials; return the number of failures."""
    fast, real = Slack(), Slack(factor=1)
    kills, others = (
        round_robin(_SLACK_KILLS, slack_causes.KILLS),
        round_robin(_SLACK_OTHERS, slack_causes.TROUBLES, slack_causes.WORST),
    )
    long = [Run(real, *each) for each in [*slack_causes.REAL_TIME.items()] * _REAL_TIME]
    return report(await play("Slack", [Run(fast, *each) for each in [*kills, *others, *_crowds()]], long))


async def on_both() -> int:
    """Render for both; return the number of failures."""
    return await rendering.on_discord() + await rendering.on_slack()


def _crowds() -> list[tuple[str, causes.Cause]]:
    return [*causes.CROWDS.items()] * _CROWDS


async def main(parts: list[str]) -> int:
    """Run these parts, or all; return the exit status."""
    configure_logs((), quiet=True)
    trials = {
        "discord": on_discord,
        "slack": on_slack,
        "rendering": on_both,
        "growth": on_growth,
        "feeds": on_feeds,
        "updates": on_updates,
        "processes": on_processes,
        "restore": on_restore,
        "site": on_site,
        "soak": on_soak,
        "soak-postgresql": on_soak_on_postgresql,
        "faults": on_faults,
    }
    if unknown := set(parts) - set(trials):
        print(f"no trials of {', '.join(sorted(unknown))}: {', '.join(trials)}", file=sys.stderr)
        return 2
    return 1 if sum([await trials[part]() for part in parts or trials]) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
