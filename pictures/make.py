"""Renders the pictures of the READMEs into docs/pictures: `python -m pictures.make`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from discord.ui import View

from bot.domain.digest import Edition, Reason
from bot.domain.paper import Paper
from bot.formats.registry import read_file
from bot.i18n import t
from bot.platforms.discord.card import card_view, embed_of
from bot.platforms.discord.paper_list import Pick
from bot.platforms.discord.render import DiscordRenderer, list_embed
from bot.search.results import Hit
from bot.services.papers.results import Result, Results
from pictures.browser import Camera, camera
from pictures.page import Shown, page
from pictures.terminal import aborted, answered, ran, refused

_ROOT = Path(__file__).parent.parent
_OUT = _ROOT / "docs/pictures"
_SHRINK = Path(__file__).with_name("shrink.mjs")
_ZONE = ZoneInfo("Asia/Tokyo")
_MOMENT = datetime(2024, 1, 22, 0, 0, tzinfo=UTC)
_DESKTOP, _PHONE, _PHONE_SCALE, _TERMINAL = 820, 390, 2, 824
_WHOLE = "discord-messages"


def main() -> None:
    """Render every picture and print its size."""
    asyncio.run(_draw())


async def _draw() -> None:
    papers = read_file(_ROOT / "config/papers.yaml")
    edition = Edition("weekly", 1, _MOMENT, Reason.FIRST, tuple(reversed(papers)), 0, "ja")
    retnet = next(paper for paper in papers if paper.id == "retnet")
    digest = [Shown(payload) for payload in DiscordRenderer(_ZONE).edition(edition, lambda n: f"q7m2k4x{n}")]
    _OUT.mkdir(parents=True, exist_ok=True)
    async with camera() as shots:
        await _both(shots, "digest", digest, "discord-embed:nth-of-type(2)", "discord-embed:nth-of-type(1)")
        await _both(shots, "digest-whole", digest)
        await _both(shots, "paper", [_card(retnet)])
        await _both(shots, "papers", [_list(papers)])
        await _save("terminal", await shots.photograph(ran(edition, _ZONE), _TERMINAL, 1, ".terminal"))
        await _save("terminal-paper", await shots.photograph(answered(retnet), _TERMINAL, 1.5, ".terminal"))
        for name, drawn in (("terminal-aborted", aborted(retnet)), ("terminal-refused", refused(retnet))):
            await _save(name, await shots.photograph(drawn, _TERMINAL, 1, ".terminal"))


async def _both(
    shots: Camera, name: str, messages: list[Shown], desktop_end: str = _WHOLE, phone_end: str = _WHOLE
) -> None:
    """Take screenshots of messages at a desktop's and a phone's width, each down to the end of that selector."""
    time = f"{_MOMENT.astimezone(_ZONE):%Y/%m/%d %H:%M}"
    desktop, phone = (page(messages, time, is_phone=is_phone) for is_phone in (False, True))
    await _save(name, await shots.photograph(desktop, _DESKTOP, 1, desktop_end))
    await _save(f"{name}-phone", await shots.photograph(phone, _PHONE, _PHONE_SCALE, phone_end))


async def _save(name: str, png: bytes) -> None:
    """Write a picture with a palette of its few colours."""
    file = _OUT / f"{name}.png"
    await asyncio.to_thread(file.write_bytes, png)
    shrinking = await asyncio.create_subprocess_exec("node", str(_SHRINK), str(file))
    if await shrinking.wait():
        raise SystemExit(f"{file} could not be made smaller.")
    print(f"{file.relative_to(_ROOT)}  {file.stat().st_size // 1024} KiB")


def _card(paper: Paper) -> Shown:
    shared = replace(paper, added_by="みどり")
    return Shown(_payload("", embed_of(shared, "ja").to_dict(), card_view(shared, "ja")), "paper")


def _list(papers: list[Paper]) -> Shown:
    results = tuple(Result(paper, Hit(n, 1.0, None)) for n, paper in enumerate(papers))
    found = Results("", len(results), None, results, ())
    view = View(timeout=None)
    view.add_item(Pick(tuple(papers), "ja"))
    return Shown(_payload(t("ja", "All papers, last added first"), list_embed(found, "ja", 0), view), "papers")


def _payload(content: str, embed: Any, view: View) -> dict[str, Any]:
    return {"content": content, "embeds": [embed], "components": view.to_components()}


if __name__ == "__main__":
    main()
