"""Names of charsets in pages and servers' answers, and Python's codecs for them."""

from __future__ import annotations

import re

_DECLARATION = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-zA-Z0-9_:-]{1,40})", re.IGNORECASE)
_START = 4096  # bytes in which a page's declaration is looked for
JIS = re.compile(rb"\x1b\$[@B]")  # begins kanji in ISO-2022-JP, whose bytes are all ASCII
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


def undeclared_codec(content: bytes) -> str | None:
    """Return the codec of a text that does not say what it is: JIS, UTF-8, EUC-JP or Shift_JIS; None for other bytes.

    EUC-JP comes before Shift_JIS: kana and most kanji of Shift_JIS are invalid there, while nearly all of EUC-JP is
    half-width katakana in Shift_JIS. The newer of its two codecs also has ①, ㈱ and the like.
    """
    if JIS.search(content):
        return "iso2022_jp"
    return next((codec for codec in ("utf-8-sig", "euc_jp", "euc_jis_2004", "cp932") if is_valid(content, codec)), None)


def is_valid(content: bytes, codec: str) -> bool:
    """Return whether all bytes are text in that encoding."""
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
