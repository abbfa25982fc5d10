"""Names of charsets in pages and servers' answers, and Python's codecs for them."""

from __future__ import annotations

import re

_DECLARATION = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-zA-Z0-9_:-]{1,40})", re.IGNORECASE)
_START = 4096  # bytes in which a page's declaration is looked for
# As browsers understand the names.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp",
    "x-euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "us-ascii": "cp1252",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso8859-15",
    "windows-1251": "cp1251",
    "windows-1250": "cp1250",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "euc-kr": "cp949",
}


def codec_of(charset: str) -> str | None:
    """Return the codec of a charset; None for an unknown name."""
    return _CODECS.get(charset.strip().lower())


def declared_codec(page: bytes) -> str | None:
    """Return the codec of the charset that an HTML page declares in a meta tag; None without a known one.

    A page whose tag can be read is not UTF-16, even if it says so; browsers read such a page as UTF-8.
    """
    declaration = _DECLARATION.search(page[:_START])
    codec = codec_of(declaration[1].decode("ascii")) if declaration else None
    return "utf-8" if codec and codec.startswith("utf-16") else codec
