"""Judges pages of a site of 10,000 papers with html-validate, stylelint and Lighthouse, which `npm ci` installs here.

`python -m trials.pages 100` judges a smaller site. Fails if a program names an error, or a score is below 95.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.search import corpus
from bot.site.server import served
from tests.site.pages import Collection, built, edition

_HERE = Path(__file__).parent
_STYLE = _HERE.parent.parent / "bot/site/assets/style.css"
_KINDS = (
    "index",
    "papers/*",
    "editions/weekly-2",
    "editions/index",
    "tags/*",
    "years/*",
    "authors/*",
    "browse",
    "stats",
    "about",
    "404",
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


async def main(size: int) -> int:
    """Build a site and judge it; return the exit status."""
    with TemporaryDirectory() as folder:
        papers, issues = list(corpus(size)), [edition(1, *range(10)), edition(2, *range(10, 20))]
        await built(Path(folder), Collection(papers, issues), "https://papers.example.org/")
        japanese, english = ([*_one_of_each(Path(folder), language)] for language in ("", "en/"))
        files = [str(Path(folder, path)) for path in (*japanese, *english)]
        print(f"{size:,} papers; load {os.getloadavg()[0]:.1f}", flush=True)
        async with served(Path(folder), "127.0.0.1", 0) as address:
            statuses = [
                await _run("html-validate", "--config", ".htmlvalidate.json", *files),
                await _run("stylelint", str(_STYLE)),
                await _run("node", "lighthouse.mjs", *(address + path for path in japanese)),
            ]
    return max(statuses)


def _one_of_each(site: Path, language: str) -> Iterator[str]:
    """Yield the path of a page of each kind."""
    for kind in _KINDS:
        yield from (str(file.relative_to(site)) for file in sorted((site / language).glob(f"{kind}.html"))[:1])


async def _run(program: str, *arguments: str) -> int:
    """Run a program of this folder's packages, or of the system; return its exit status."""
    path = f"{_HERE / 'node_modules/.bin'}:{os.environ['PATH']}"
    browser = next(filter(None, map(shutil.which, _BROWSERS)), "")
    environment = {**os.environ, "PATH": path, "CHROME_PATH": browser}
    process = await asyncio.create_subprocess_exec(program, *arguments, cwd=_HERE, env=environment)
    status = await process.wait()
    print(f"{program}: {'no error' if status == 0 else 'errors'}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))
