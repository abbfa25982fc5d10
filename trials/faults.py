"""Breaks the set-up in every way that the tests know and in those that need a machine of their own; prints a table.

`python -m trials faults` prints fault, doctor's line and the line of `dayori run` as Markdown.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults import discord, machine, postgresql, settings, slack, store, web
from tests.faults.stage import template
from tests.faults.verdict import Verdict, play
from tests.postgres_server import VARIABLE, server

_SCENES = (
    *settings.SCENES,
    *store.SCENES,
    *postgresql.SCENES,
    *machine.SCENES,
    *discord.SCENES,
    *slack.SCENES,
    *web.EACH_SOURCE,
    *web.SCENES,
)
_LEVELS = {"ok": "ok", "warning": "注意", "fault": "異常"}
_GOES_ON = "(goes on)"


async def on_faults() -> int:
    """Break the set-up in a process whose main thread the commands may have; return the number of failures."""
    trial = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__)
    return await trial.wait()


def main() -> int:
    """Play all scenes, print the table, and return how many faults were not told as they should be."""
    with TemporaryDirectory() as folder, server() as running:
        os.environ[VARIABLE] = running.url
        verdicts = list(_verdicts(Path(folder)))
    print("| what is broken | `dayori doctor` | `dayori run` |\n| --- | --- | --- |")
    for each in verdicts:
        print(_row(each))
    wrong = [each for each in verdicts if each.wrong]
    faults = sum(each.fault.level != "ok" for each in verdicts)
    print(f"\n{faults} faults in {len(_SCENES)} scenes, {len(wrong)} not told as they should be")
    for each in wrong:
        print(f"{each.scene}, {each.fault.name}: {'; '.join(each.wrong)}", file=sys.stderr)
    return min(len(wrong), 100)


def _verdicts(folder: Path) -> Iterator[Verdict]:
    starter = template(folder)
    for number, scene in enumerate(_SCENES):
        yield from play(scene, folder / f"stage-{number}", starter)


def _row(verdict: Verdict) -> str:
    cells = (verdict.fault.name, f"{_LEVELS[verdict.fault.level]}: {verdict.doctor}", verdict.run or _GOES_ON)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
