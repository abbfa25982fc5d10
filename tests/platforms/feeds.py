"""The golden feeds, served over HTTP to a bot of a platform's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.doubles.web import Page, Web
from tests.nowhere import SOURCES

FEEDS = Path(__file__).parent.parent / "data/feeds"


@asynccontextmanager
async def golden_feeds() -> AsyncIterator[tuple[Web, str, dict[str, Any]]]:
    """Serve the golden feeds, and yield the server, its address, and the sources' settings that allow it."""
    async with Web() as web:
        place = f"127.0.0.1:{web.port}"
        for file in FEEDS.iterdir():
            kind = "text/html" if file.suffix == ".html" else "application/xml"
            web.put(f"127.0.0.1/{file.name}", Page(file.read_bytes(), kind))
        yield web, f"http://{place}", SOURCES | {"allowed_hosts": [place]}
