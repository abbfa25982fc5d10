"""All output to a terminal; control characters in text from outside are removed."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from typing import Any, BinaryIO, TextIO, cast

# C0 except tab and line feed, DEL, C1, direction marks, Unicode line ends, tag characters, lone surrogates. ESC and C1
# start commands to the terminal; direction marks make a text look like another one.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


def printable(text: str) -> str:
    """Return the text without control characters; tabs and line ends stay."""
    if text.isprintable():
        return text
    return _CONTROLS.sub("", _SURROGATES.sub("\ufffd", text))


def printable_line(text: str) -> str:
    """Return the text without control characters, in one line."""
    return _SPACE.sub(" ", printable(_SPACE.sub(" ", text))).strip()


def print_line(text: str, file: TextIO | None = None) -> None:
    """Print a sentence in one line, to standard output by default."""
    print(printable_line(text), file=file or sys.stdout)


def print_json(value: object, indent: int | None = 2) -> None:
    """Print one JSON document; control characters, and those that the terminal's encoding lacks, are escaped."""
    text = json.dumps(value, ensure_ascii=not _is_unicode(sys.stdout), indent=indent)
    print(_CONTROLS.sub(_escaped, _SURROGATES.sub(_escaped, text)), flush=indent is None)


def standard_output() -> BinaryIO:
    """Return standard output for a file in UTF-8: cleaned for a terminal, otherwise unchanged."""
    if sys.stdout.isatty() or not isinstance(sys.stdout, io.TextIOWrapper):
        return cast(BinaryIO, _CleanedOutput())
    sys.stdout.flush()
    return cast(BinaryIO, sys.stdout.buffer)


class _CleanedOutput:
    """A binary stream that prints UTF-8 as cleaned text."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, content: bytes) -> int:
        """Print all characters that are complete."""
        sys.stdout.write(printable(self._decoder.decode(content)))
        return len(content)

    def flush(self) -> None:
        """Flush standard output."""
        sys.stdout.flush()


def replace_what_is_missing(*streams: TextIO) -> None:
    """Make streams print a question mark for characters that their encoding lacks (cp932 has no emoji)."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _is_unicode(stream: Any) -> bool:
    return str(getattr(stream, "encoding", "") or "").lower().replace("_", "-").startswith("utf")


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2))
