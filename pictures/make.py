"""Renders the pictures of the READMEs into docs/pictures: `python -m pictures.make`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.domain.digest import Edition, Reason
from bot.formats.registry import read_file
from pictures import site, statistics, terminal
from pictures.album import Album
from pictures.browser import camera
from pictures.discord import scenes as discord
from pictures.moment import MOMENT
from pictures.slack import scenes as slack

_STARTER = Path(__file__).parent.parent / "config/papers.yaml"


def main() -> None:
    """Render every picture and print its size."""
    statistics.draw()
    asyncio.run(_draw())


async def _draw() -> None:
    papers = read_file(_STARTER)
    edition = Edition("weekly", 1, MOMENT, Reason.FIRST, tuple(reversed(papers)), 0, "ja")
    async with camera() as shots:
        await site.draw(Album(shots))
        for platform in (discord, slack, terminal):
            await platform.draw(Album(shots), edition, papers)


if __name__ == "__main__":
    main()
