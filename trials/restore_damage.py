"""Damages to a database, and what the commands say of each: the way back that they print is taken as it is written."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self

FLIPS = 50
_CUTS = (0.0, 0.0001, 0.25, 0.5, 0.9, 0.999)  # parts of the file that are left
Damage = Callable[[Path], None]
_ROOT = Path(__file__).parents[1]
_WAY_BACK = re.compile(r"dayori restore (\S+\.db)")
_SETTINGS = {
    "database_url": "sqlite+aiosqlite:///data/dayori.db",
    "papers_file": "",
    "locale": "en",
}


class CommandOutput(NamedTuple):
    """What a command printed, and how it ended."""

    status: int
    text: str

    @property
    def way_back(self) -> str | None:
        """Return the command that it names."""
        found = _WAY_BACK.search(self.text)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation whose database is damaged again and again; `papers` is what it held."""

    whole: Path
    papers: list[Any]

    @classmethod
    async def make(cls, store: Path, folder: Path) -> Self:
        """Make the installation, with a copy of its database as the night leaves it."""
        whole = folder / "whole"
        for name in ("config", "data/backups"):
            (whole / name).mkdir(parents=True)
        (whole / "config/bot.yaml").write_text(json.dumps(_SETTINGS), "utf-8")
        for file in store.parent.glob("dayori.db*"):
            shutil.copy(file, whole / "data" / file.name)
        await dayori(whole, "backup", "data/backups/dayori-2026-11-27.db")
        return cls(whole, await exported(whole) or [])

    async def outcome(self, damage: Damage, folder: Path) -> list[str]:
        """Damage a copy of the installation; return what was seen, and what is wrong."""
        shutil.copytree(self.whole, folder)
        damage(folder / "data/dayori.db")
        said = [await dayori(folder, "doctor", "--offline"), await dayori(folder, "run")]
        named = next((each.way_back for each in said if each.way_back), None)
        now = await exported(folder)
        findings = ["a traceback"] if any("Traceback" in each.text for each in said) else []
        if named is None:
            findings.append(self._unnoticed(folder, now))
        else:
            findings.append("named by doctor" if said[0].way_back else "named by run alone")
            findings += await self._way_back(folder, named)
        if os.environ.get("LOUD"):
            print(findings, said)
        shutil.rmtree(folder)
        return [f"wrong: {each}" if each in _WRONG else each for each in findings]

    def _unnoticed(self, folder: Path, now: list[Any] | None) -> str:
        if now is None:
            return "broken without a way back"
        if now != self.papers:
            return "papers changed, and nobody says so"
        return "no paper changed, nothing to say"

    async def _way_back(self, folder: Path, command: str) -> list[str]:
        restored = await dayori(folder, *shlex.split(command)[1:])
        if restored.status:
            return ["the printed way back fails"]
        if (await dayori(folder, "doctor", "--offline")).status or await exported(folder) != self.papers:
            return ["the way back leads elsewhere"]
        return ["the way back works"]


_WRONG = (
    "a traceback",
    "broken without a way back",
    "the printed way back fails",
    "the way back leads elsewhere",
)


def damages(flips: int, dice: random.Random) -> list[tuple[str, Damage]]:
    """Return the damages with their kinds."""
    cuts = [("truncated", partial(_truncate, part)) for part in _CUTS]
    flipped = [("a flipped byte", partial(_flip, dice.random(), dice.randrange(1, 256))) for _ in range(flips)]
    return [*cuts, *flipped]


async def dayori(folder: Path, *arguments: str) -> CommandOutput:
    """Run a real command in an installation, at the end of standard input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), "COLUMNS": "1000", "LANG": "C.UTF-8"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    text, _ = await process.communicate()
    return CommandOutput(process.returncode or 0, text.decode("utf-8", "replace"))


async def exported(folder: Path) -> list[Any] | None:
    """Return the papers as `dayori export` prints them; None when it fails."""
    said = await dayori(folder, "export", "--format", "json")
    try:
        papers: list[Any] = json.loads(said.text)["papers"]
    except ValueError:
        return None
    return papers if said.status == 0 else None


def _truncate(part: float, path: Path) -> None:
    _settle(path)
    os.truncate(path, int(path.stat().st_size * part))


def _flip(at: float, bits: int, path: Path) -> None:
    _settle(path)
    with path.open("r+b") as file:
        file.seek(int(path.stat().st_size * at))
        [old] = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([old ^ bits]))


def _settle(path: Path) -> None:
    """Bring everything into the file itself."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
