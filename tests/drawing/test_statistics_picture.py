"""The picture of statistics holds Japanese on any machine, whatever people wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageFont

from bot.domain.charts import charts_of, heading_of
from bot.domain.statistics import CollectionStatistics, Count, Decisions, by_month, by_week
from bot.drawing.statistics import statistics_picture
from bot.drawing.typeface import Style, Typeface, drawable
from bot.i18n import LOCALES, Locale
from bot.services.statistics_report import report_of
from tests.samples import NASTY

_TODAY = date(2026, 11, 27)
_NUMBERS = CollectionStatistics(
    day=_TODAY,
    papers=12,
    months=by_month({"2026-11-01T00:00": 3, "2026-02-01T00:00": 9}, ZoneInfo("Asia/Tokyo"), _TODAY),
    tags=(Count("拡散モデル", 7), Count("RAG", 5)),
    venues=(Count("ACL", 4),),
    curators=(Count("髙橋 花子", 12),),
    decisions=Decisions(1, 2, 3, 4),
    lookups=by_week({"2026-11-25": 20}, _TODAY),
    platforms=(Count("discord", 20),),
)


def _picture(numbers: CollectionStatistics, locale: Locale) -> Image.Image:
    png = statistics_picture(charts_of(numbers, locale), "論文だより", heading_of(numbers, locale), "2026年11月27日")
    assert len(png) < 150_000
    return Image.open(BytesIO(png))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_picture_is_a_landscape_that_chats_show_whole(locale: Locale) -> None:
    picture = _picture(_NUMBERS, locale)
    assert (picture.format, picture.width) == ("PNG", 1600)
    assert picture.height < picture.width


def test_a_collection_without_anything_has_a_picture_too() -> None:
    nothing = replace(_NUMBERS, papers=0, tags=(), venues=(), curators=(), decisions=Decisions())
    empty = replace(nothing, months=by_month({}, ZoneInfo("UTC"), _TODAY), lookups=by_week({}, _TODAY))
    assert _picture(empty, "ja").height < _picture(nothing, "ja").height


def test_no_text_breaks_a_picture() -> None:
    tags = tuple(Count(text + "長い" * 300, 10**9) for text in NASTY)
    _picture(replace(_NUMBERS, papers=10**9, tags=tags, decisions=Decisions(10**9, 10**9, 10**9, 1)), "ja")


def test_text_is_drawn_without_pictographs_and_with_a_mark_for_letters_that_the_font_lacks() -> None:
    assert drawable("🎉 拡散モデル髙﨑𠮟 Michał Żak αβ → ∞") == "拡散モデル髙﨑𠮟 Michal Zak αβ → ∞"
    assert drawable("한글 ก") == "〓〓 〓"


def test_a_text_is_cut_to_its_width_and_breaks_where_japanese_does() -> None:
    typeface, style = Typeface(), Style(30)
    measure = typeface.font(style).getlength
    lines = typeface.balanced_lines("学習の並列化、安価な推論、高い性能の三つを一度に満たす。", style, 300, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert max(map(measure, lines)) <= 300
    assert not any(line.startswith(("、", "。")) for line in lines)
    assert measure(typeface.clipped("あ" * 100, style, 200)) <= 200


@pytest.mark.parametrize("is_bold", [False, True])
def test_the_fonts_have_every_kind_of_character(is_bold: bool) -> None:
    font = Typeface().font(Style(24, is_bold))
    missing = _ink(font, "\U0010ffff")
    assert [each for each in "亜腕熙黑髙﨑𠮟剝あヶー〓ÅéαЖ①∀→€" if _ink(font, each) == missing] == []


async def test_a_report_is_drawn_once_until_the_numbers_change() -> None:
    first, again = [await report_of(_NUMBERS, "ja") for _ in range(2)]
    other = await report_of(replace(_NUMBERS, papers=13), "ja")
    assert first is again
    assert other is not first


def _ink(font: ImageFont.FreeTypeFont, text: str) -> bytes:
    return bytes(font.getmask(text))
