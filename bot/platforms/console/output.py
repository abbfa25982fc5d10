"""The one way out to a terminal: no control character of a text from outside passes it."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from typing import Any, BinaryIO, TextIO, cast

# C0 but for tab and line feed, DEL, C1, marks that turn the direction of text, line ends of Unicode, tag characters,
# lone surrogates. ESC and C1 begin commands to the terminal; the marks let a text read as something that it is not.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


def printable(text: str) -> str:
    """Return the text without control characters; its tabs and line ends stay."""
    if text.isprintable():
        return text
    return _CONTROLS.sub("", _SURROGATES.sub("\ufffd", text))


def printable_line(text: str) -> str:
    """Return the text without control characters, on one line."""
    return _SPACE.sub(" ", printable(_SPACE.sub(" ", text))).strip()


def print_line(text: str, file: TextIO | None = None) -> None:
    """Print a sentence on one line, on standard output if nothing else is given."""
    print(printable_line(text), file=file or sys.stdout)


def print_json(value: object, indent: int | None = 2) -> None:
    """Print one JSON document; control characters, and what the terminal's encoding lacks, are escaped."""
    text = json.dumps(value, ensure_ascii=not _is_unicode(sys.stdout), indent=indent)
    print(_CONTROLS.sub(_escaped, _SURROGATES.sub(_escaped, text)), flush=indent is None)


def standard_output() -> BinaryIO:
    """Return standard output for a file's content in UTF-8: cleaned at a terminal, elsewhere byte for byte."""
    if sys.stdout.isatty() or not isinstance(sys.stdout, io.TextIOWrapper):
        return cast(BinaryIO, _Cleaned())
    sys.stdout.flush()
    return cast(BinaryIO, sys.stdout.buffer)


class _Cleaned:
    """Takes bytes of UTF-8 and prints them as text."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, content: bytes) -> int:
        """Print what of the bytes is whole characters."""
        sys.stdout.write(printable(self._decoder.decode(content)))
        return len(content)

    def flush(self) -> None:
        """Let it all be seen."""
        sys.stdout.flush()


def replace_what_is_missing(*streams: TextIO) -> None:
    """Let a stream whose encoding lacks a character (cp932 has no emoji) print a question mark for it."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _is_unicode(stream: Any) -> bool:
    return str(getattr(stream, "encoding", "") or "").lower().replace("_", "-").startswith("utf")


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2))
