"""Shows a site on this machine, for looking at it; in production any server of files does that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.domain.errors import InputError
from bot.domain.os_errors import os_reason
from bot.i18n import msg
from bot.site.pages import not_found

_TYPES = {".bib": "application/x-bibtex", ".ris": "application/x-research-info-systems", ".xml": "application/xml"}


@asynccontextmanager
async def served(folder: Path, host: str, port: int) -> AsyncIterator[str]:
    """Serve the files of a folder within this block; yield its address. Raises InputError if that is not free."""

    async def answer(request: web.Request) -> web.StreamResponse:
        path = await asyncio.to_thread(_file, folder, request.match_info["path"])
        if path is None:
            return await asyncio.to_thread(_not_found, folder)
        headers = {"Content-Type": _TYPES[path.suffix]} if path.suffix in _TYPES else None
        return web.FileResponse(path, headers=headers)

    app = web.Application()
    app.add_routes([web.get("/{path:.*}", answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            place = f"{host}:{port}"
            raise InputError(
                msg("Nothing can listen at {address}: {reason}", address=place, reason=os_reason(error))
            ) from error
        yield f"http://{host}:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


def _not_found(folder: Path) -> web.Response:
    """Return the page of the site for an address where nothing is, as other servers do."""
    page = folder / not_found.PATH
    text = page.read_text("utf-8") if page.is_file() else "404"
    return web.Response(status=404, text=text, content_type="text/html" if page.is_file() else "text/plain")


def _file(folder: Path, path: str) -> Path | None:
    """Return the file at a path, a folder's `index.html`; None for what is not within the site."""
    if "\0" in path:
        return None
    root = folder.resolve()
    file = (root / path).resolve()
    if file.is_dir():
        file /= "index.html"
    is_hidden = any(part.startswith(".") for part in Path(path).parts)
    return file if file.is_relative_to(root) and file.is_file() and not is_hidden else None
