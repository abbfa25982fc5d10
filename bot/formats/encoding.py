"""Decodes files: UTF-8, except for formats that other programs save differently."""

from __future__ import annotations

import re

from bot.domain.errors import FileError
from bot.i18n import msg

# spreadsheets save in various encodings, and saved pages keep the encoding of their server
_OTHERWISE = ("csv", "html")
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-zA-Z0-9_-]{1,40})", re.IGNORECASE)
_JAPANESE = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp",
    "x-euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "utf-8": "utf-8",
}


def decode(content: bytes, format: str, file: str) -> str:
    """Return the text of a file in that format. Raises FileError with the first line in an unknown encoding."""
    if format in _OTHERWISE:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
            return content.decode("utf-16", "replace")
        declared = _CHARSET.search(content[:4096]) if format == "html" else None
        named = _JAPANESE.get(declared[1].decode("ascii").lower()) if declared else None
        for codec in filter(None, (named, "utf-8-sig", "cp932")):
            try:
                return content.decode(codec)
            except UnicodeDecodeError:
                continue
        if named or format == "html":
            return content.decode(named or "utf-8", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FileError(msg("not UTF-8 text; save it as UTF-8"), file=file, line=line) from error
