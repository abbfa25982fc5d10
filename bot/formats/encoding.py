"""Decodes files: UTF-8, except for formats that other programs save differently."""

from __future__ import annotations

from bot.domain.charsets import declared_codec
from bot.domain.errors import FileError
from bot.i18n import msg

# spreadsheets save in various encodings, and saved pages keep the encoding of their server
_OTHERWISE = ("csv", "html")
_JIS = b"\x1b$B"  # begins kanji in ISO-2022-JP, whose bytes are all ASCII


def decode(content: bytes, format: str, file: str) -> str:
    """Return the text of a file in that format. Raises FileError with the first line in an unknown encoding."""
    if format in _OTHERWISE:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
            return content.decode("utf-16", "replace")
        declared = declared_codec(content) if format == "html" else None
        jis = "iso2022_jp" if _JIS in content else None
        for codec in filter(None, (declared, jis, "utf-8-sig", "cp932")):
            try:
                return content.decode(codec)
            except UnicodeDecodeError:
                continue
        if declared or format == "html":
            return content.decode(declared or "utf-8", "replace")
    try:
        if (start := content.find(_JIS)) >= 0:
            raise UnicodeDecodeError("utf-8", content, start, start + len(_JIS), "this is JIS")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FileError(msg("not UTF-8 text; save it as UTF-8"), file=file, line=line) from error
