"""Headless Chromium, driven over its own protocol, because only that can take screenshots of a phone's width."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, web

_CORE = Path(__file__).with_name("node_modules") / "@derockdev/discord-components-core/dist"
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-lcd-text",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
)
_IS_READY = """new Promise((tell) => {
  const look = () => "ready" in (document.body?.dataset ?? {}) ? tell(true) : setTimeout(look, 20);
  look();
})"""
_IS_LOADED = """new Promise((tell) => {
  const isLoaded = () => document.readyState === "complete" && document.querySelector(%s);
  const look = () => isLoaded() ? document.fonts.ready.then(() => tell(true)) : setTimeout(look, 20);
  look();
})"""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


class Camera:
    """A browser tab that takes screenshots."""

    def __init__(self, socket: ClientWebSocketResponse, pages: dict[str, str], address: str) -> None:
        self._socket, self._pages, self._address = socket, pages, address
        self._ids = itertools.count(1)

    async def photograph(self, html: str, width: int, scale: float = 1, selector: str = "body") -> bytes:
        """Return a page's PNG, `width` CSS pixels wide, down to `selector`'s end; `scale` is pixels per CSS pixel."""
        self._pages["/"] = html
        await self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=scale, mobile=False
        )
        await self._ask("Page.navigate", url=self._address)
        await self._value(_IS_READY)
        height = await self._value(f"Math.ceil(document.querySelector('{selector}').getBoundingClientRect().bottom)")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        screenshot = await self._ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(screenshot["data"])

    async def screen(self, url: str, width: int, height: int, scale: float, theme: str, selector: str) -> bytes:
        """Return the PNG of the first screen of the page at an address, in the theme `light` or `dark`.

        It is taken when the page has an element of the selector.
        """
        await self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False
        )
        feature = {"name": "prefers-color-scheme", "value": theme}
        await self._ask("Emulation.setEmulatedMedia", features=[feature])
        await self._ask("Page.navigate", url=url)
        await self._value(_IS_LOADED % json.dumps(selector))
        screenshot = await self._ask("Page.captureScreenshot", format="png")
        return base64.b64decode(screenshot["data"])

    async def _value(self, expression: str) -> Any:
        answer = await self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    async def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        id = next(self._ids)
        await self._socket.send_json({"id": id, "method": method, "params": params})
        while True:
            answer = await self._socket.receive_json(timeout=30)
            if answer.get("id") == id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return dict(answer["result"])


@asynccontextmanager
async def camera() -> AsyncIterator[Camera]:
    """Start a browser and a local server for its pages; stop both at the end."""
    pages: dict[str, str] = {}
    async with _serving(pages) as address, _chromium() as port, ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
            tab = next(each for each in await answer.json() if each["type"] == "page")
        async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            yield Camera(socket, pages, address)


@asynccontextmanager
async def _serving(pages: dict[str, str]) -> AsyncIterator[str]:
    async def show(request: web.Request) -> web.Response:
        return web.Response(text=pages[request.path], content_type="text/html")

    if not _CORE.is_dir():
        raise SystemExit("The components are missing: run npm ci in pictures/ first.")
    app = web.Application()
    app.add_routes([web.get("/", show), web.static("/core", _CORE / "derockdev-discord-components-core")])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _chromium() -> AsyncIterator[int]:
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        raise SystemExit(f"The pictures need one of these browsers: {', '.join(_NAMES)}.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            *_FLAGS,
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield await asyncio.to_thread(_port, Path(profile) / "DevToolsActivePort")
        finally:
            process.terminate()
            await process.wait()


def _port(file: Path) -> int:
    """Wait until the browser reports the port that it listens on."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if file.exists() and (lines := file.read_text().split()):
            return int(lines[0])
        time.sleep(0.05)
    raise SystemExit("The browser did not start.")
