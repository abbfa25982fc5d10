"""The small internet with its papers, and all sources in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sources.lookup import Sources
from tests.doubles.web import Web
from tests.doubles.web.world import fill, sources_in


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web() as opened:
        fill(opened)
        yield opened


@pytest.fixture
async def sources(web: Web) -> AsyncIterator[Sources]:
    opened = sources_in(web)
    yield opened
    await opened.close()
