"""The page of statistics, and the pictures of editions."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from bot.domain.charts import Bar, Chart
from bot.domain.statistics import Count
from bot.i18n import LOCALES, Locale
from bot.site.charts import svg
from tests.samples import NASTY, paper
from tests.site.pages import Collection, all_of, built, edition, parsed, statistics, text_of

_SVG = "{http://www.w3.org/2000/svg}"
_BASE = "https://papers.example.org/"
_PAPERS = [paper(n) for n in range(6)]
_ISSUES = [edition(1, 0, 1), edition(2, 2, 3, 4, 5)]


@pytest.mark.parametrize("locale", LOCALES)
async def test_each_chart_has_a_name_a_description_and_a_table_that_says_the_same(
    tmp_path: Path, locale: Locale
) -> None:
    await built(tmp_path / "out", Collection(_PAPERS), locale=locale)
    root = parsed(tmp_path / "out/stats.html")
    charts, tables = list(all_of(root, f"{_SVG}svg")), list(all_of(root, "table"))
    assert len(charts) == len(tables) == 4
    for chart, table in zip(charts, tables, strict=True):
        ids = {each.get("id"): text_of(each) for name in ("title", "desc") for each in chart.iter(f"{_SVG}{name}")}
        assert chart.get("role") == "img"
        assert all(ids[name] for name in chart.get("aria-labelledby").split())
        rows = [[text_of(cell) for cell in row] for row in all_of(table, "tr")][1:]
        assert any(f"{name} {number}" in text for name, number in rows for text in ids.values())
        assert not any("style" in each.attrib for each in chart.iter())


async def test_what_became_of_candidates_is_not_on_the_page(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(_PAPERS))
    assert "受信箱" not in (tmp_path / "out/stats.html").read_text(encoding="utf-8")


async def test_the_table_of_a_long_ranking_goes_on_where_the_chart_ends(tmp_path: Path) -> None:
    tags = tuple(Count(f"t{n}", 100 - n) for n in range(60))
    await built(tmp_path / "out", Collection(_PAPERS, numbers=statistics(tags=tags)))
    page = (tmp_path / "out/stats.html").read_text(encoding="utf-8")
    assert "t7 93 ・ ほか52件" in page
    assert ">t49</th><td>51</td>" in page
    assert "t50" not in page


async def test_the_page_is_written_again_only_when_the_numbers_change(tmp_path: Path) -> None:
    collection = Collection(_PAPERS)
    await built(tmp_path / "out", collection)
    assert (await built(tmp_path / "out", collection)).written == 0
    collection.numbers = replace(collection.numbers, curators=(Count("花子", 6),))
    assert (await built(tmp_path / "out", collection)).written == len(LOCALES)


def test_no_name_becomes_markup() -> None:
    bars = tuple(Bar(text + "<script>", text, 3) for text in NASTY)
    for chart in (Chart("x", bars), Chart("\"'><script>", bars, "time")):
        drawn = str(svg(chart, "chart-1", "ja"))
        assert "<script" not in drawn
        ElementTree.fromstring(drawn.encode())


async def test_an_edition_has_a_picture_that_chats_find_by_a_whole_address(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(_PAPERS, _ISSUES), _BASE)
    for file in [*tmp_path.glob("out/editions/**/*.html"), *tmp_path.glob("out/en/editions/**/*.html")]:
        if file.name == "index.html":
            continue
        metas = {each.get("property") or each.get("name"): each.get("content") for each in all_of(parsed(file), "meta")}
        picture = tmp_path / "out" / metas["og:image"].removeprefix(_BASE)
        with Image.open(BytesIO(picture.read_bytes())) as image:
            assert image.size == (int(metas["og:image:width"]), int(metas["og:image:height"])) == (1200, 630)
        assert metas["twitter:card"] == "summary_large_image"
        assert metas["og:image:alt"]
    assert len(list(tmp_path.rglob("*.png"))) == len(_ISSUES)


async def test_a_picture_is_drawn_again_when_one_of_its_headlines_changes(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(_PAPERS, _ISSUES), _BASE)
    before = {file: file.stat().st_ino for file in tmp_path.rglob("*.png")}
    papers = [replace(each, headline="別の見出し") if n == 0 else each for n, each in enumerate(_PAPERS)]
    await built(tmp_path / "out", Collection(papers, _ISSUES), _BASE)
    changed = [file for file, inode in before.items() if file.stat().st_ino != inode]
    assert len(changed) == 1


async def test_a_site_that_does_not_know_its_address_has_no_pictures(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(_PAPERS, _ISSUES))
    assert list(tmp_path.rglob("*.png")) == []
    assert "og:image" not in "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("editions/**/*.html"))
