"""Cuts the fonts of `bot/drawing` from Noto Sans CJK: `python -m pictures.fonts FOLDER`; needs fonttools."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_FONTS = Path(__file__).parent.parent / "bot/drawing/fonts"
_RANGES = (
    (0x20, 0x7F),
    (0xA0, 0x180),  # Latin
    (0x1CD, 0x1DD),  # of pinyin
    (0x1E00, 0x1F00),
    (0x2C6, 0x2DE),
    (0x300, 0x330),  # marks
    (0x370, 0x460),  # Greek and Cyrillic
    (0x2010, 0x2028),
    (0x2030, 0x205F),
    (0x2070, 0x2670),  # numbers, currencies, arrows, mathematics, shapes
    (0x3000, 0x3100),
    (0x31F0, 0x3400),
    (0xFF00, 0xFFF0),
)
_TAUGHT_SINCE_2010 = "剝塡頰𠮟"


def main() -> None:
    """Write both fonts and the list of what they have."""
    source = Path(sys.argv[1])
    wanted = "".join(sorted({*_jis(), *_windows(), *_TAUGHT_SINCE_2010, *_ranges()}))
    for weight in ("Regular", "Bold"):
        target = _FONTS / f"NotoSansJP-{weight}.otf"
        options = ("--font-number=0", "--layout-features=", "--no-hinting", "--name-IDs=0,1,2,3,4,5,6,13,14")
        font = source / f"NotoSansCJK-{weight}.ttc"
        subprocess.run(["pyftsubset", font, f"--text={wanted}", *options, f"--output-file={target}"], check=True)
    listing = subprocess.run(["ttx", "-q", "-t", "cmap", "-o", "-", target], check=True, capture_output=True, text=True)
    codes = {int(part.split('"')[0], 16) for part in listing.stdout.split('<map code="')[1:]}
    (_FONTS / "characters.txt").write_text("".join(map(chr, sorted(codes))), encoding="utf-8")


def _jis() -> Iterator[str]:
    """Yield the characters of JIS X 0208 and of plane 1 of JIS X 0213."""
    for codec in ("euc_jp", "euc_jis_2004"):
        yield from _decoded(codec, range(0xA1, 0xFF), range(0xA1, 0xFF))


def _windows() -> Iterator[str]:
    """Yield the characters of code page 932, without those for private use."""
    leads = (*range(0x81, 0xA0), *range(0xE0, 0xFD))
    yield from (each for each in _decoded("cp932", leads, range(0x40, 0xFD)) if not "\ue000" <= each < "\uf900")


def _ranges() -> Iterator[str]:
    for start, end in _RANGES:
        yield from map(chr, range(start, end))


def _decoded(codec: str, leads: range | tuple[int, ...], trails: range) -> Iterator[str]:
    for lead in leads:
        for trail in trails:
            yield from bytes((lead, trail)).decode(codec, "ignore")


if __name__ == "__main__":
    main()
