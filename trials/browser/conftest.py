"""A browser, and a site with every kind of page."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from bot.domain.dates import PaperDate
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link
from bot.domain.paper_update import make_update
from bot.site.server import served
from tests.samples import paper
from tests.site.pages import Collection, built, edition

_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
Open = Callable[..., Any]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a site in Japanese, with English in `en/`."""
    folder = tmp_path_factory.mktemp("site")
    many = [paper(n, tags=["RAG", f"t{n % 3}"], authors=["Ada Lovelace", f"Writer {n}"]) for n in range(140)]
    full = replace(
        many[-1],
        id="full",
        headline="検索拡張生成の全体像をつかむサーベイ「RAG」",
        comment="コメントです。https://example.org/ も参照。\n\n二段落目です。",
        excerpt="An excerpt of the paper, long enough for a line.",
        date=PaperDate(2024, 8, 1),
        venue="ACL 2024",
        organization="Analytical Engines",
        identifiers=Identifiers(arxiv="2401.00001"),
        links=(Link("https://example.org/code", "code"),),
        updates=(
            make_update("retraction", PaperDate(2026, 11, 21)),
            make_update("version", PaperDate(2026, 11, 1), "v2"),
        ),
        added_by="高橋",
    )
    wide = replace(full, id="wide", title="W" * 400, headline="論" * 400, comment="https://example.org/" + "w" * 400)
    issues = [edition(1, 0, 1, 2), edition(2, 140, 141), edition(1, 3, subscription="slack")]
    building = built(folder, Collection([*many, wide, full], issues))
    with ThreadPoolExecutor() as threads:  # Playwright has a loop of its own in this one
        threads.submit(asyncio.run, building).result()
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("there is no Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, site: Path) -> Iterator[Open]:
    """Return a function that opens a page of the site from its file.

    At the end of the test, no page may have written to the console or asked another host.
    """
    faults: list[str] = []
    with ExitStack() as stack:

        def opened(path: str, width: int = 1280, **options: Any) -> Page:
            page = stack.enter_context(_tab(browser, width, faults, **options))
            page.goto(f"file://{site / path}")
            return page

        yield opened
    assert faults == []


@pytest.fixture
def served_page(browser: Browser, site: Path) -> Iterator[Open]:
    """Return a function that opens an address of the site where a server shows it, with the same rules."""
    faults: list[str] = []
    with ExitStack() as stack, _server(site) as top:

        def opened(path: str, width: int = 1280, **options: Any) -> Page:
            page = stack.enter_context(_tab(browser, width, faults, top, **options))
            page.goto(top + path)
            return page

        yield opened
    assert [each for each in faults if "404 (Not Found)" not in each] == []


@contextmanager
def _server(site: Path) -> Iterator[str]:
    """Serve the site in another thread."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    server = served(site, "127.0.0.1", 0)
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def _tab(browser: Browser, width: int, faults: list[str], top: str = "file:", **options: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()

    def look(request: Request) -> None:
        if not request.url.startswith((top, "data:")):
            faults.append(request.url)

    page.on("request", look)
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
