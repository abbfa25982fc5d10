"""Searches typed into the page of a site in Chromium, beside a plain scan of the same papers.

    python -m bench.site_search [PAPERS QUERIES]       or BENCH_PAPERS=… BENCH_QUERIES=… make bench

PAPERS is a file of any format that imports; QUERIES has a query a line, as JSON: {"query", "relevant_ids", "filters"}.
Without them, both are made up. Prints for 1,000 and 10,000 papers the milliseconds a key until the results are laid
out, how well they are ranked beside the bot's own (the mean reciprocal rank of the first relevant one), the seconds
from the first key to the first results, and the sizes of files.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.search import NOW, corpus
from bench.site import SETTINGS
from bot.domain.paper import Paper
from bot.formats.registry import read_file
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.services.papers.snapshots import Snapshots
from bot.services.statistics import Statistics
from bot.site.site_folder import SiteFolder
from bot.store.database import open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add

try:
    from playwright.sync_api import Browser, Page, sync_playwright
except ImportError:
    HAS_PLAYWRIGHT = False
else:
    HAS_PLAYWRIGHT = True

SIZES = (1_000, 10_000)
MADE_UP, TYPED, LONGEST = 60, 70, 40  # queries; those that are typed by keys; letters typed of one
_SCRIPT = Path(__file__).with_name("site_search.js")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_SEARCH_FILES = ("search-engine.js", "search-papers.js", "search-texts.js")


class Query(NamedTuple):
    """A query as it is typed, and the ids of the papers that it should find."""

    text: str
    relevant: frozenset[str]


async def measure(papers: Sequence[Paper], queries: Sequence[Query]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        own = await _built(Path(folder), out, papers, queries)
        print(f"{len(papers):,} papers", flush=True)
        await asyncio.to_thread(_type, out, queries, own)
        _print_sizes(out)


async def _built(folder: Path, out: Path, papers: Sequence[Paper], queries: Sequence[Query]) -> list[list[str]]:
    """Build the site, and return what the bot finds."""
    database = await open_database(f"sqlite+aiosqlite:///{folder}/dayori.db")
    search = await SearchIndex.open(database)
    workspace, _ = await find_or_add(database, "bench", NOW)
    await Importer(database, lambda: NOW).run(workspace, papers, None)
    snapshots = Snapshots(database, Statistics(database, lambda: NOW, SETTINGS.zone), {})
    await SiteFolder(snapshots, workspace, out, SETTINGS).build()
    lookup = Lookup(database, search)
    found = [await lookup.find(workspace, query.text) for query in queries]
    await search.close()
    await database.close()
    return [[result.paper.id for result in each.results] for each in found]


def _type(out: Path, queries: Sequence[Query], own: list[list[str]]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=_FLAGS)
        page = browser.new_page()
        page.add_init_script(path=_SCRIPT)
        page.goto(f"file://{out}/index.html")
        first, whole = page.evaluate("bench.first()")
        found = page.evaluate("texts => bench.find(texts)", [query.text for query in queries])
        typed = random.Random(1).sample([query.text[:LONGEST] for query in queries], min(TYPED, len(queries)))
        prefixes = [text[:end] for text in typed for end in range(1, len(text) + 1)]
        worked = _processor(browser)
        keys = _timed(page, "bench.key", prefixes, worked)
        page.evaluate("bench.scan('')")
        scans = _timed(page, "bench.scan", prefixes, worked)
        browser.close()
    for name, at in (("passed", 0), ("of the processor", 1)):
        print(f"  milliseconds a key {name}")
        _print_times("typed into the page", [key[at] for key in keys])
        _print_times("a plain scan", [scan[at] for scan in scans], [key[at] for key in keys])
    print(f"  first results after {first / 1e3:.2f} s, with what stands in the texts after {whole / 1e3:.2f} s")
    print(f"  mean reciprocal rank {_rank(queries, found):.4f}, the bot's {_rank(queries, own):.4f}")


def _processor(browser: Browser) -> Callable[[], float]:
    """Return a function that tells the milliseconds the page's thread has worked; 0 where the system does not tell."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    renderer = max((each for each in processes if each["type"] == "renderer"), key=lambda each: each["cpuTime"])
    status = Path(f"/proc/{renderer['id']}/schedstat")
    return lambda: int(status.read_text().split()[0]) / 1e6 if status.exists() else 0.0


def _timed(page: Page, act: str, texts: list[str], worked: Callable[[], float]) -> list[tuple[float, float]]:
    """Do something with each text; return the milliseconds that passed and that the page's thread worked."""
    times = []
    for text in texts:
        before = worked()
        passed = page.evaluate(f"text => {act}(text)", text)
        times.append((passed, worked() - before))
    return times


def _print_times(name: str, times: list[float], keys: Sequence[float] = ()) -> None:
    figures = [(share, _at(times, share)) for share in (0.5, 0.95, 0.99, 1.0)]
    text = "   ".join(f"{'longest' if share == 1 else f'p{share * 100:.0f}'} {ms:6.1f}" for share, ms in figures)
    ratios = "   " + " ".join(f"×{ms / _at(keys, share):.1f}" for share, ms in figures) if keys else ""
    print(f"    {name:20} {len(times):,} keys   {text}{ratios}", flush=True)


def _at(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _rank(queries: Sequence[Query], found: list[list[str]]) -> float:
    judged = [(query.relevant, ids[:10]) for query, ids in zip(queries, found, strict=True) if query.relevant]
    return sum(next((1 / n for n, id in enumerate(ids, 1) if id in relevant), 0) for relevant, ids in judged) / len(
        judged
    )


def _print_sizes(out: Path) -> None:
    first = [out / "index.html", *(out / "assets" / name for name in ("style.css", "search.js", "mark.svg"))]
    print(f"  first view {sum(file.stat().st_size for file in first) / 1e3:.0f} kB", end="")
    for file in (out / "assets" / name for name in _SEARCH_FILES):
        raw = file.read_bytes()
        print(f"   {file.name} {len(raw) / 1e3:,.0f} kB, in gzip {len(gzip.compress(raw, 6)) / 1e3:,.0f} kB", end="")
    print(flush=True)


def _line(entry: dict[str, Any]) -> str:
    """Return a query with its filters as people type them."""
    filters = [f'{key}:"{value}"' for key, value in (entry.get("filters") or {}).items() if value]
    return " ".join([*entry["query"].split(), *filters])


def _made_up(papers: Sequence[Paper]) -> list[Query]:
    chosen = random.Random(1).sample(list(papers), MADE_UP)
    return [
        Query(text, frozenset([paper.id]))
        for paper in chosen
        for text in (paper.title, (paper.headline or paper.title)[:6], paper.authors[0], paper.title[::-1])
    ]


def _queries(path: str, papers: Sequence[Paper]) -> list[Query]:
    if not path:
        return _made_up(papers)
    ids = {paper.id for paper in papers}
    entries = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines() if line.strip()]
    return [Query(_line(entry), frozenset(entry["relevant_ids"]) & ids) for entry in entries]


def _program() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


def main() -> None:
    if not (HAS_PLAYWRIGHT and _program()):
        print("the search in the page is measured in Chromium, with the extra `browser`")
        return
    given = sys.argv[1:3] or [os.environ.get(name, "") for name in ("BENCH_PAPERS", "BENCH_QUERIES")]
    papers = list(read_file(Path(given[0]))) if given[0] else list(corpus(SIZES[-1]))
    for size in SIZES:
        asyncio.run(measure(papers[:size], _queries(given[1], papers[:size])))


if __name__ == "__main__":
    main()
