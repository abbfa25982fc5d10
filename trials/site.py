"""Kills builds of a site at any moment, in which every page changes, and looks what stands there each time."""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
import time
from collections import Counter
from dataclasses import replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from posixpath import dirname, join, normpath

from bot.cli.context import progress_bar
from tests.samples import paper
from tests.site.pages import Collection, built, edition
from tests.site.test_build import contents
from trials.feed_process import CONTEXT
from trials.restore import print_counts

_KILLS, _PAPERS, _VERSIONS = 100, 250, 4
_LONGEST, _MOVES = 4, 0.05  # when a process is killed at the latest: builds, and seconds after moves began
_LINK = re.compile(rb'(?:href|src)="([^"#?:]+)["#?]')
Files = dict[str, bytes]


async def on_site() -> int:
    """Run the trial; return the number of failures."""
    with tempfile.TemporaryDirectory() as folder:
        return print_counts("builds of a site killed", await kill_builds(Path(folder), _KILLS, random.Random(20261127)))


async def kill_builds(folder: Path, kills: int, dice: random.Random) -> Counter[str]:
    """Let builds be killed, every second one while pages change places; count what stands there and after the next."""
    versions, out, journal = (
        [await _version(folder / str(n), n) for n in range(_VERSIONS)],
        folder / "out",
        folder / "j",
    )
    began = asyncio.get_running_loop().time()
    await built(out, collection(0))
    longest = _LONGEST * (asyncio.get_running_loop().time() - began)
    counts, now = Counter[str](), 0
    with progress_bar("kills during builds") as progress:
        for n in range(kills):
            moves = (out / ".dayori-site/journal.json", dice.uniform(0, _MOVES))
            begun, seconds = moves if n % 2 else (journal, dice.uniform(0, longest))
            await asyncio.to_thread(_kill, _builder(out, journal, now), begun, seconds)
            now = int(journal.read_text())
            journal.unlink()
            counts[what_stands(contents(out), versions[(now - 1) % _VERSIONS], versions[now % _VERSIONS])] += 1
            await built(out, collection(now), every_file=n % 4 < 2)
            counts["wrong: the next build does not end it"] += contents(out) != versions[now % _VERSIONS]
            progress(n + 1, kills)
    return counts


def collection(version: int) -> Collection:
    """Return the papers of a version: all are edited, some are new and some are gone."""
    n = version % _VERSIONS
    papers = [paper(each, tags=["RAG", f"t{(each + n) % 9}"], comment=f"第{n}版") for each in range(_PAPERS)]
    papers += [replace(paper(1000 + 10 * n + each), authors=("Ada", f"Writer {n}")) for each in range(5)]
    return Collection(papers, [edition(1, 0, n + 1)], changes=version)


def what_stands(files: Files, old: Files, new: Files) -> str:
    """Say what a site is, beside its old and its new version."""
    if files in (old, new):
        return "the old site stands" if files == old else "the new site stands"
    if any(content not in (old.get(path), new.get(path)) for path, content in files.items()):
        return "wrong: a page is neither old nor new"
    return "wrong: a link leads nowhere" if _reached(files) - files.keys() else "pages of both, and all links are whole"


def _reached(files: Files) -> set[str]:
    """Return the paths to which links lead from the front."""
    reached, waiting = {"index.html"}, ["index.html"]
    while waiting:
        path = waiting.pop()
        links = _LINK.findall(files.get(path, b"")) if path.endswith(".html") else []
        new = {normpath(join(dirname(path), link.decode())) for link in links} - reached
        reached |= new
        waiting += new
    return reached


async def _version(folder: Path, n: int) -> Files:
    await built(folder, collection(n))
    return contents(folder)


def _builder(out: Path, journal: Path, last: int) -> ForkServerProcess:
    process = CONTEXT.Process(target=_build, args=(out, journal, last))
    process.start()
    return process


def _build(out: Path, journal: Path, last: int) -> None:
    """Build one version after another; the journal tells which is under way."""
    for version in range(last + 1, last + 100):
        journal.with_suffix(".part").write_text(str(version))
        journal.with_suffix(".part").replace(journal)
        asyncio.run(built(out, collection(version), every_file=version % 2 == 0))


def _kill(process: ForkServerProcess, begun: Path, seconds: float) -> None:
    """Kill a process some time after a file of it appeared."""
    while not begun.exists():
        time.sleep(0.0005)
    time.sleep(seconds)
    process.kill()
    process.join()
