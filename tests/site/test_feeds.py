"""Feeds are valid Atom, whose entries keep their ids and never share a date."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest

from tests.samples import paper
from tests.site.pages import START, Collection, built, edition

BASE = "https://papers.example.org/"
ATOM = "{http://www.w3.org/2005/Atom}"
AT_ONCE = [replace(paper(n, tags=["RAG"], comment=f"コメント{n}"), added_at=START) for n in range(6)]


def feed(folder: Path, path: str = "feed.xml") -> Any:
    found = feedparser.parse((folder / path).read_bytes())
    assert not found.bozo
    return found


async def test_entries_have_falling_dates_even_if_they_were_added_at_once(tmp_path: Path) -> None:
    await built(tmp_path, Collection(AT_ONCE))
    dates = [each.updated_parsed for each in feed(tmp_path).entries]
    assert dates == sorted(set(dates), reverse=True)
    assert len(dates) == 6


async def test_an_edit_moves_the_date_of_the_last_change_and_not_that_of_the_addition(tmp_path: Path) -> None:
    await built(tmp_path, Collection(AT_ONCE))
    before = {each.id: each.published for each in feed(tmp_path).entries}
    edited = replace(AT_ONCE[0], comment="直した。", updated_at=START + timedelta(days=3))
    await built(tmp_path, Collection([edited, *AT_ONCE[1:]], changes=1))
    after = feed(tmp_path)
    assert {each.id: each.published for each in after.entries} == before
    assert after.entries[0].updated == after.feed.updated == "2026-11-04T00:00:00Z"
    assert after.entries[0].content[0].value == "<p>直した。</p>"
    dates = [each.updated_parsed for each in after.entries]
    assert dates == sorted(set(dates), reverse=True)


async def test_a_paper_of_a_first_import_is_dated_by_its_file_and_one_that_was_added_later_comes_first(
    tmp_path: Path,
) -> None:
    older, newer = START - timedelta(days=900), START - timedelta(days=800)
    imported = [replace(each, updated_at=at) for each, at in zip(AT_ONCE[:2], (older, newer), strict=True)]
    added = replace(AT_ONCE[2], added_at=START - timedelta(days=1), updated_at=None)
    await built(tmp_path, Collection([*imported, added]))
    entries = [(each.title, each.published, each.updated) for each in feed(tmp_path).entries]
    dates = [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (added.added_at, newer, older) if at]
    assert entries == [(each.heading, at, at) for each, at in zip((added, *reversed(imported)), dates, strict=True)]


async def test_ids_stay_when_papers_are_edited_and_are_unique(tmp_path: Path) -> None:
    await built(tmp_path, Collection(AT_ONCE))
    before = feed(tmp_path)
    await built(tmp_path, Collection([replace(each, comment="別") for each in AT_ONCE], changes=1), BASE)
    after = feed(tmp_path)
    ids = [each.id for each in after.entries]
    assert [each.id for each in before.entries] == ids
    assert len({*ids, after.feed.id, feed(tmp_path, "tags/rag.xml").feed.id}) == 8
    assert all(each.startswith("urn:uuid:") for each in ids)


async def test_a_feed_names_itself_where_the_site_stands(tmp_path: Path) -> None:
    await built(tmp_path, Collection(AT_ONCE), BASE)
    links = {link.rel: link.href for link in feed(tmp_path, "tags/rag.xml").feed.links}
    assert links == {"self": f"{BASE}tags/rag.xml", "alternate": BASE}
    entry = feed(tmp_path).entries[0]
    assert entry.link == f"{BASE}papers/{AT_ONCE[-1].id}.html"


async def test_an_entry_has_the_comment_and_the_authors(tmp_path: Path) -> None:
    await built(tmp_path, Collection([paper(1, comment="一つ。\n\n二つ。", authors=["Ada", "Bob"])]))
    [entry] = feed(tmp_path).entries
    assert entry.content[0].value == "<p>一つ。</p><p>二つ。</p>"
    assert [each.name for each in entry.authors] == ["Ada", "Bob"]


async def test_a_stream_of_digests_is_a_feed(tmp_path: Path) -> None:
    await built(tmp_path, Collection(AT_ONCE, [edition(1, 0, 1), edition(2, 2)]), BASE)
    entries = feed(tmp_path, "editions/weekly.xml").entries
    assert [each.title for each in entries] == ["第2号", "第1号"]
    assert entries[0].link == f"{BASE}editions/weekly-2.html"
    assert "コメント2" in entries[0].content[0].value


@pytest.mark.parametrize("base", ["", BASE])
async def test_feeds_obey_the_rules_of_rfc_4287(tmp_path: Path, base: str) -> None:
    nasty = replace(paper(7, tags=["RAG"], comment="<b>&\ufffe</b>", authors=[]), title="A & B <i>")
    await built(tmp_path, Collection([*AT_ONCE, nasty], [edition(1, 0, 1), edition(2, 6)]), base)
    await built(tmp_path / "empty", Collection(), base)
    files = [file for file in tmp_path.rglob("*.xml") if file.name != "sitemap.xml"]
    assert len(files) == 4
    for file in files:
        root = ElementTree.parse(file).getroot()
        entries = root.findall(f"{ATOM}entry")
        assert root.find(f"{ATOM}author/{ATOM}name") is not None
        for element in (root, *entries):
            assert [len(element.findall(ATOM + name)) for name in ("id", "title", "updated")] == [1, 1, 1]
            alternate = [link.get("type") for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
            assert alternate == ["text/html"]
        for date in (*root.iter(f"{ATOM}updated"), *root.iter(f"{ATOM}published")):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date.text or "")
        assert all(each.get("term") for each in root.iter(f"{ATOM}category"))
        assert [each.get("type") for each in root.iter(f"{ATOM}content")] == ["html"] * len(entries)


async def test_the_sitemap_has_every_page_where_the_address_is_known(tmp_path: Path) -> None:
    await built(tmp_path / "with", Collection(AT_ONCE), BASE)
    await built(tmp_path / "without", Collection(AT_ONCE))
    text = (tmp_path / "with/sitemap.xml").read_text()
    assert text.count("<loc>") == len([*(tmp_path / "with").rglob("*.html")]) - len(["404.html"])
    assert f"<loc>{BASE}</loc>" in text
    assert f"Sitemap: {BASE}sitemap.xml" in (tmp_path / "with/robots.txt").read_text()
    assert not (tmp_path / "without/sitemap.xml").exists()
