"""What the bot runs on: Python, its libraries and SQLite."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from bot.i18n import msg
from bot.services.check import Check
from bot.store.sqlite_build import has_full_text_search, sqlite_version

_DISCORD = "2.7"  # the versions of discord.py whose requests and events this bot was tried with


def version_checks() -> Iterator[Check]:
    """Yield the versions in one line, and what is wrong with one of them."""
    discord = _installed("discord.py")
    versions = [
        f"dayori {_installed('ronbun-dayori')}",
        f"Python {platform.python_version()}",
        f"discord.py {discord}",
        f"SQLite {sqlite_version()}",
    ]
    yield Check("versions", "ok", msg("Versions: {versions}", versions=", ".join(versions)))
    if not discord.startswith(f"{_DISCORD}."):
        message = msg("This bot was tried with discord.py {version} only.", version=_DISCORD)
        yield Check("discord.py", "warning", message, msg("Install it anew with its lock: make run"))
    if not has_full_text_search():
        message = msg("This SQLite was built without full-text search (FTS5), so nothing can be searched.")
        yield Check("sqlite", "fault", message, msg("Use a Python whose SQLite has it, as those of python.org do."))


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "—"
