"""The site in a real browser: for everybody, in both themes and languages, on a phone, on paper, without a script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from trials.browser.conftest import Open

KINDS = {
    "front": "index.html",
    "paper": "papers/full.html",
    "edition": "editions/weekly-2.html",
    "editions": "editions/index.html",
    "tag": "tags/rag.html",
    "older": "tags/rag~1.html",
    "year": "years/2024.html",
    "author": "authors/ada-lovelace-??????????.html",
    "browse": "browse.html",
    "about": "about.html",
    "wide": "papers/wide.html",
}


# without preload: axe would fetch the style, which the pages' policy forbids
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}


def path_of(site: Path, kind: str) -> str:
    folder, _, name = KINDS[kind].rpartition("/")
    [file] = (site / folder).glob(name)
    return str(file.relative_to(site))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_accessible(open_page: Open, site: Path, kind: str, locale: str, theme: str) -> None:
    page = open_page(("" if locale == "ja" else "en/") + path_of(site, kind), color_scheme=theme)
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")
    result = Axe().run(page, options=RULES)
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["none.html", "en/papers/deep/none.html"])
def test_the_page_for_what_is_not_there_is_whole_at_any_depth(served_page: Open, path: str, theme: str) -> None:
    page = served_page(path, 360, color_scheme=theme)
    result = Axe().run(page, options=RULES)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.styleSheets.length") == 1
    page.get_by_role("searchbox").fill("サーベイ")
    page.locator("[data-paper-id]").first.wait_for()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("link", name="To the newest papers").click()
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_the_screen(open_page: Open, site: Path, kind: str, width: int) -> None:
    page = open_page(path_of(site, kind), width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_reader_without_scripts_reaches_every_paper(open_page: Open, site: Path) -> None:
    page = open_page("index.html", java_script_enabled=False)
    page.get_by_role("link", name="探す").click()
    waiting = _links(page, "years/")
    papers, lists = set[str](), set[str]()
    while waiting:
        lists.add(address := waiting.pop())
        page.goto(address)
        papers |= _links(page, "papers/")
        waiting |= _links(page, "years/") - lists
    assert {Path(each).name for each in papers} == {file.name for file in (site / "papers").glob("*.html")}


def test_a_search_without_scripts_leads_to_tags_and_years(open_page: Open) -> None:
    page = open_page("papers/full.html", java_script_enabled=False)
    page.get_by_role("searchbox").fill("拡散")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(re.compile(r"browse\.html\?q="))
    assert page.get_by_role("heading", name="タグから探す").is_visible()
    page.go_back()
    assert page.url.endswith("papers/full.html")


def test_the_keyboard_reaches_the_content_first(open_page: Open) -> None:
    page = open_page("papers/full.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('content').contains(document.activeElement)")


def test_the_other_language_is_one_link_away_and_back(open_page: Open) -> None:
    page = open_page("papers/full.html")
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("en/papers/full.html")
    page.get_by_role("link", name="日本語").click()
    assert page.url.endswith("papers/full.html")
    assert page.locator("html").get_attribute("lang") == "ja"


@pytest.mark.parametrize("kind", ["front", "paper", "edition"])
def test_a_page_is_printed_without_its_menu(open_page: Open, site: Path, kind: str) -> None:
    page = open_page(path_of(site, kind))
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").first.is_visible()
    assert page.locator("#content h1").is_visible()


def _links(page: Page, part: str) -> set[str]:
    addresses = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return {each for each in addresses if f"/{part}" in each and each.endswith(".html")}


@pytest.mark.parametrize("path", ["papers/full.html", "en/papers/full.html"])
def test_japanese_is_broken_by_its_own_rules_in_both_languages(open_page: Open, path: str) -> None:
    comment = open_page(path).locator(".comment").first
    assert comment.evaluate("element => getComputedStyle(element).lineBreak") == "strict"
