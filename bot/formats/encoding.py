"""Decodes files: UTF-8, except for formats that other programs save differently; each line then ends with "\n"."""

from __future__ import annotations

from bot.domain.charsets import JIS, declared_codec, is_valid, undeclared_codec
from bot.domain.errors import FileError
from bot.i18n import msg

# spreadsheets save in various encodings, and saved pages keep the encoding of their server
_OTHERWISE = ("csv", "html")


def decode(content: bytes, format: str, file: str) -> str:
    """Return the text of a file in that format. Raises FileError with the first line in an unknown encoding."""
    return _decoded(content, format, file).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes, format: str, file: str) -> str:
    if format in _OTHERWISE:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
            return content.decode("utf-16", "replace")
        declared = declared_codec(content) if format == "html" else None
        codec = declared if declared and is_valid(content, declared) else undeclared_codec(content) or declared
        if codec or format == "html":
            return content.decode(codec or "utf-8", "replace")
    try:
        if jis := JIS.search(content):
            raise UnicodeDecodeError("utf-8", content, *jis.span(), "this is JIS")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len((error.object[: error.start] + b".").splitlines())
        raise FileError(msg("not UTF-8 text; save it as UTF-8"), file=file, line=line) from error
