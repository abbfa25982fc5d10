"""The requests of an assistant on standard input, in a form that the SDK can read.

The SDK drops a request that contains half of a surrogate pair, and its client would wait for an answer without end.
"""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from io import TextIOWrapper

from bot.standard_input import next_line

_ESCAPE = re.compile(
    r"\\(?:(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


async def request_lines() -> AsyncIterator[str]:
    """Yield the lines of standard input, with � for half of a surrogate pair."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    while line := await next_line(sys.stdin):
        yield with_whole_characters(line)


def with_whole_characters(json: str) -> str:
    """Return a JSON text with � for the escape of half a surrogate pair."""
    return _ESCAPE.sub(lambda escape: r"\ufffd" if escape["half"] else escape[0], json)
