"""A worker whose parsers behave like a bad parser on a hostile page."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bot.domain.metadata import Metadata
from bot.sources.parse_worker import serve


def _read(body: bytes) -> Metadata:
    """Return the id of the parsing process."""
    return Metadata(title=str(os.getpid()))


def _spin(body: bytes, file: str) -> Metadata:
    """Record the process's id, and block its interpreter."""
    Path(file).write_text(str(os.getpid()))
    re.match(r"(a+)+$", "a" * 60 + "b")
    return Metadata()


def _eat(body: bytes) -> Metadata:
    eaten = [b""]
    while True:
        eaten.append(bytes(10**7))


def _fail(body: bytes) -> Metadata:
    raise ValueError(body.decode())


def _die(body: bytes) -> Metadata:
    os.abort()


if __name__ == "__main__":
    serve({"read": _read, "spin": _spin, "eat": _eat, "fail": _fail, "die": _die}, seconds=2.0)
