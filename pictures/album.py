"""The folder of pictures: takes a page's screenshot and saves it with a palette of its few colours."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pictures.browser import Camera

_OUT = Path(__file__).parent.parent / "docs/pictures"
_SHRINK = Path(__file__).with_name("shrink.mjs")
_DESKTOP, _PHONE, _PHONE_SCALE = 820, 390, 2


class Album:
    """Saves pictures and prints their sizes."""

    def __init__(self, shots: Camera) -> None:
        self._shots = shots
        _OUT.mkdir(parents=True, exist_ok=True)

    async def desktop(self, name: str, page: str, end: str = "body") -> None:
        """Save a page at a desktop's width, down to the end of the selector `end`."""
        await self.save(name, page, _DESKTOP, 1, end)

    async def phone(self, name: str, page: str, end: str = "body") -> None:
        """Save a page at a phone's width, down to the end of the selector `end`."""
        await self.save(f"{name}-phone", page, _PHONE, _PHONE_SCALE, end)

    async def save(self, name: str, page: str, width: int, scale: float, end: str) -> None:
        """Save a page, `width` CSS pixels wide, `scale` pixels each, down to the end of the selector `end`."""
        await self._keep(name, await self._shots.photograph(page, width, scale, end))

    async def screen(
        self, name: str, url: str, width: int, height: int, scale: float, theme: str, selector: str = "body"
    ) -> None:
        """Save the first screen of the page at an address, once it has an element of the selector."""
        await self._keep(name, await self._shots.screen(url, width, height, scale, theme, selector))

    async def _keep(self, name: str, png: bytes) -> None:
        file = _OUT / f"{name}.png"
        await asyncio.to_thread(file.write_bytes, png)
        shrinking = await asyncio.create_subprocess_exec("node", str(_SHRINK), str(file))
        if await shrinking.wait():
            raise SystemExit(f"{file} could not be made smaller.")
        print(f"{file.relative_to(_OUT.parent.parent)}  {file.stat().st_size // 1024} KiB")
