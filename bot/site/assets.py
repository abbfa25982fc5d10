"""The files that all pages share: style, mark and scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from bot.domain.paper import Paper
from bot.site import search_script
from bot.site.manifest import fingerprint
from bot.site.site import File, Page, Site

_FOLDER = Path(__file__).parent / "assets"


@cache
def versions() -> Mapping[str, str]:
    """Return a fingerprint of each asset, by name; pages add it to the address, so that browsers take the new one."""
    return {name: fingerprint(text)[:8] for name, text in _texts().items()}


def pages(site: Site) -> Iterator[Page]:
    """Return the assets, and the mark that keeps Pages-like hosts from leaving files out."""

    def render(_: Mapping[int, Paper]) -> Iterator[File]:
        yield from ((f"assets/{name}", text) for name, text in _texts().items())
        yield ".nojekyll", ""

    yield Page("assets", site.fingerprint("assets"), render)


@cache
def _texts() -> Mapping[str, str]:
    files = {file.name: file.read_text(encoding="utf-8") for file in sorted(_FOLDER.iterdir()) if file.is_file()}
    return files | {"search-engine.js": search_script.engine()}
