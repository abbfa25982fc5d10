"""A charset's name, in a page or a server's answer, gives the codec that a browser would use."""

from __future__ import annotations

import pytest

from bot.domain.charsets import codec_of, declared_codec


@pytest.mark.parametrize(
    ("page", "codec"),
    [
        (b'<meta charset="Shift_JIS">', "cp932"),
        (b'<meta http-equiv=content-type content="text/html; charset=EUC-JP">', "euc_jp"),
        (b"<meta charset = 'latin1'>", "cp1252"),
        (b'<meta charset="utf-16le">', "utf-8"),  # its tag could not be read if that were true
        (b'<meta charset="klingon">', None),
        (b"<p>charset=euc-jp</p>", None),
    ],
)
def test_a_page_declares_its_charset_in_a_meta_tag(page: bytes, codec: str | None) -> None:
    assert declared_codec(page) == codec


def test_names_of_charsets_are_known_in_any_case() -> None:
    assert (codec_of(" X-SJIS "), codec_of("UTF-16LE"), codec_of("")) == ("cp932", "utf-16-le", None)
