"""The search of the site as people use it: typed by keys, kept in the address, and at home on a page from a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from trials.browser.conftest import Open
from trials.browser.test_site import RULES

WAIT = 20_000  # milliseconds until the papers are read on a busy machine


def _results(page: Page) -> list[str]:
    page.wait_for_selector(".results [data-paper-id]", timeout=WAIT)
    ids: list[str] = page.eval_on_selector_all(
        ".results [data-paper-id]", "all => all.map(each => each.dataset.paperId)"
    )
    return ids


def _type(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(text, delay=5)


def test_results_come_as_one_types_and_the_words_are_marked(open_page: Open) -> None:
    page = open_page("index.html")
    _type(page, "サーベイ")
    assert _results(page)[0] == "full"
    assert "サーベイ" in page.locator(".results mark").all_inner_texts()
    assert not page.locator("#content").is_visible()


def test_words_of_a_comment_are_found_when_the_texts_are_read(open_page: Open) -> None:
    page = open_page("index.html")
    _type(page, "二段落目")
    assert _results(page) == ["full"]
    expect(page.get_by_role("status")).to_have_text("1本", timeout=WAIT)


def test_the_address_has_the_query_when_typing_pauses_and_when_a_result_is_opened(open_page: Open) -> None:
    page = open_page("index.html")
    _type(page, "survey")
    page.wait_for_url(re.compile("#q=survey$"))
    page.keyboard.type(" RAG")
    _results(page)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(re.compile("/papers/"))
    page.go_back()
    assert page.get_by_role("searchbox").input_value() == "survey RAG"


def test_the_first_view_is_at_most_100_kb_and_fetches_nothing_of_the_search(open_page: Open) -> None:
    page = open_page("index.html")
    names: list[str] = []
    page.on("request", lambda request: names.append(request.url))
    page.reload()
    files = [Path(unquote(urlsplit(name).path)) for name in names]
    assert {"index.html", "style.css", "search.js"} <= {file.name for file in files}
    assert not [file for file in files if file.name.startswith("search-")]
    assert sum(file.stat().st_size for file in files) <= 100_000


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["index.html", "en/papers/full.html"])
def test_results_are_accessible_and_fit_a_phone(open_page: Open, path: str, theme: str) -> None:
    page = open_page(path, 360, color_scheme=theme)
    _type(page, "Lovelaec")
    _results(page)
    result = Axe().run(page, options=RULES)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_page_of_a_result_is_reached_by_keys_and_left_by_going_back(open_page: Open) -> None:
    page = open_page("index.html")
    _type(page, "RAG")
    first = _results(page)[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/papers/"))
    page.go_back()
    assert _results(page)[0] == first
    assert page.get_by_role("searchbox").input_value() == "RAG"
    page.go_back()
    expect(page.locator("#content")).to_be_visible()


def test_enter_opens_the_first_result_and_escape_ends_the_search(open_page: Open) -> None:
    page = open_page("en/index.html")
    _type(page, "survey")
    page.keyboard.press("Escape")
    expect(page.locator("#content")).to_be_visible()
    _type(page, "tag:RAG サーベイ")
    _results(page)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(re.compile("/en/papers/full.html"))


def test_filters_and_phrases_narrow_the_results(open_page: Open) -> None:
    page = open_page("index.html")
    _type(page, "year:2024 venue:ACL")
    assert set(_results(page)) == {"full", "wide"}
    page.get_by_role("searchbox").fill('tag:RAG -サーベイ author:"writer 7"')
    page.wait_for_function("document.querySelectorAll('.results [data-paper-id]').length === 1", timeout=WAIT)


def test_an_address_with_a_query_shows_its_results(open_page: Open) -> None:
    page = open_page("index.html")
    page.goto(page.url + "#q=%E3%82%B5%E3%83%BC%E3%83%99%E3%82%A4")
    page.reload()
    assert _results(page)[0] == "full"


def test_a_misspelled_word_finds_what_was_meant(open_page: Open) -> None:
    page = open_page("index.html")
    _type(page, "Lovelaec")
    assert len(_results(page)) == 50
    page.get_by_role("button", name="Lovelace").click()
    assert page.get_by_role("searchbox").input_value() == "Lovelace"


def test_nothing_is_said_in_words(open_page: Open) -> None:
    page: Any = open_page("index.html")
    _type(page, "ぬるぽがっ")
    expect(page.get_by_role("status")).to_have_text("当てはまる論文がありません。", timeout=WAIT)
