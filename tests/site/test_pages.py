"""Pages say what a paper is, to people and to machines, and nothing of a paper becomes markup or leads astray."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper
from bot.domain.paper_update import make_update
from bot.formats import bibtex, csl, ris
from bot.formats import json as json_format
from bot.site.names import file_name
from tests.samples import NASTY, lines, paper, texts
from tests.site.pages import Collection, Element, built, edition, html_files, json_ld, parsed, shown, text_of

FULL = replace(
    paper(1, tags=["RAG", "生成AI"], authors=["Ada Lovelace", "山田 太郎"], comment="一段落目。\n\n二段落目。"),
    headline="見出し",
    date=PaperDate(2024, 8),
    excerpt="An excerpt.",
    venue="ACL 2024",
    organization="Analytical Engines",
    identifiers=Identifiers(arxiv="2401.00001", doi="10.1234/abc"),
    links=(Link("https://example.org/code", "code"), Link("https://arxiv.org/abs/2401.00001")),
    updates=(make_update("retraction", PaperDate(2026, 11, 21)),),
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</script><script>alert(1)</script>",
    "]]>--><!--",
    "\u202egnp.exe\u202c",
    "\ud800",
    "\x00\x08\x0b",
    "\ufffe\uffff",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;",
    "論" * 10_000,
)


async def test_a_page_has_all_that_is_known_of_a_paper(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection([FULL, paper(2, tags=["RAG"])], [edition(1, 0)]))
    root = parsed(tmp_path / f"out/papers/{FULL.id}.html")
    text = text_of(root)
    for each in (
        "見出し",
        FULL.title,
        "2024年8月",
        "ACL 2024",
        "Analytical Engines",
        "山田 太郎",
        "一段落目。",
        "生成AI",
    ):
        assert each in text
    for each in ("An excerpt.", "撤回", "10.1234/abc", "第1号", "関連する論文"):
        assert each in text
    assert shown(root)[0] == FULL.id


async def test_a_page_tells_machines_which_paper_it_is(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection([FULL]), "https://papers.example.org/sub/")
    root = parsed(tmp_path / f"out/papers/{FULL.id}.html")
    item = json_ld(root)
    assert (item["headline"], item["alternativeHeadline"]) == (FULL.title, FULL.headline)
    assert [each["name"] for each in item["author"]] == list(FULL.authors)
    assert item["mainEntityOfPage"] == f"https://papers.example.org/sub/papers/{FULL.id}.html"
    ids = {each["propertyID"]: each["value"] for each in item["identifier"]}
    assert ids == {"id": FULL.id, "arxiv": "2401.00001", "doi": "10.1234/abc"}
    tags = [(each.get("name"), each.get("content")) for each in root.iter("meta") if each.get("name")]
    assert ("citation_title", FULL.title) in tags
    assert [value for name, value in tags if name == "citation_author"] == list(FULL.authors)
    assert ("citation_publication_date", "2024/08") in tags
    properties = {each.get("property"): each.get("content") for each in root.iter("meta") if each.get("property")}
    assert properties["og:title"] == FULL.headline
    assert properties["og:url"] == f"https://papers.example.org/sub/papers/{FULL.id}.html"


async def test_files_beside_a_page_are_read_back_to_the_same_paper(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection([FULL, replace(paper(2), id="Übung 大文字".replace(" ", "-"))]))
    out = tmp_path / "out"
    for format, suffix in ((bibtex, "bib"), (ris, "ris"), (csl, "csl.json")):
        [found] = format.read((out / f"papers/{FULL.id}.{suffix}").read_text(), "f")
        assert found.content == FULL.content
    both = bibtex.read((out / "papers.bib").read_text(), "f")
    assert [each.id for each in both] == ["Übung-大文字", FULL.id]
    both = json_format.read((out / "papers.json").read_text(), "f")
    assert [each.content for each in both][1] == FULL.content


@pytest.mark.parametrize("locale", ["ja", "en"])
async def test_both_languages_are_built_and_lead_to_each_other(tmp_path: Path, locale: str) -> None:
    await built(tmp_path / "out", Collection([FULL]), locale="ja" if locale == "ja" else "en")
    other = "en" if locale == "ja" else "ja"
    first, second = parsed(tmp_path / "out/index.html"), parsed(tmp_path / f"out/{other}/index.html")
    assert (first.get("lang"), second.get("lang")) == (locale, other)
    switches = [next(each.get("href") for each in root.iter("a") if each.get("hreflang")) for root in (first, second)]
    assert switches == [f"{other}/index.html", "../index.html"]


async def test_a_text_in_another_language_says_so(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection([FULL]))
    for file, title, headline in (("papers", "en", None), ("en/papers", None, "ja")):
        root = parsed(tmp_path / f"out/{file}/{FULL.id}.html")
        assert next(each for each in root.iter("h1")).get("lang") == headline
        assert next(each for each in root.iter("p") if each.get("class") == "title").get("lang") == title


async def test_a_japanese_name_on_an_english_page_says_so_and_a_latin_one_is_anybodys(tmp_path: Path) -> None:
    named = replace(
        paper(1),
        tags=("RAG", "生成AI"),
        authors=("山田 太郎", "Ada Lovelace"),
        venue="言語処理学会",
        organization="東京大学",
    )
    kept = replace(named, id="other", title="Another", added_by="高橋")
    await built(tmp_path / "out", Collection([named, kept], [edition(1, 0)]))
    for path in ("papers/paper-1", "editions/weekly-1", "index", "browse", "years/undated", "about"):
        japanese, english = ([*parsed(tmp_path / f"out/{at}{path}.html").iter()] for at in ("", "en/"))
        names = [
            each for each in english if (each.text or "").startswith(("生成AI", "山田", "言語処理", "東京", "高橋"))
        ]
        assert {_lang(english, each) for each in names} == {"ja"}, path
        assert not [each for each in japanese if each.text in ("RAG", "Ada Lovelace") and each.get("lang")]
        assert not [each for each in japanese if each.get("lang") == "ja" and each.tag in ("a", "li")]


def _lang(elements: Sequence[Element], element: Element) -> str | None:
    """Return the language of an element or of its parent."""
    parent = next(each for each in elements if element in list(each))
    lang: str | None = element.get("lang") or parent.get("lang")
    return lang


async def test_every_page_has_one_search_field_that_leads_on_without_a_script(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection([FULL], [edition(1, 0)]))
    for file in html_files(tmp_path / "out"):
        root = parsed(file)
        assert len([each for each in root.iter("input") if each.get("type") == "search"]) == 1
        [form] = root.iter("form")
        assert (file.parent / form.get("action")).resolve().name == "browse.html"


@pytest.mark.parametrize(
    ("base_url", "top"), [("", "/"), ("https://team.example/papers", "https://team.example/papers/")]
)
async def test_the_page_for_what_is_not_there_works_at_any_depth_and_in_both_languages(
    tmp_path: Path, base_url: str, top: str
) -> None:
    await built(tmp_path / "out", Collection([FULL]), base_url)
    root = parsed(tmp_path / "out/404.html")
    links = [each.get(name) for each in root.iter() for name in ("href", "src", "action") if each.get(name)]
    assert all(link.startswith(top) or link.startswith("#") for link in links)
    assert {f"{top}index.html", f"{top}en/index.html", f"{top}browse.html"} <= {*links}
    assert [each.get("lang") for each in root.iter("section")] == [None, "en"]
    sitemap = tmp_path / "out/sitemap.xml"
    assert not sitemap.exists() or "404" not in sitemap.read_text()


@settings(max_examples=6)
@given(st.lists(st.sampled_from(HOSTILE + NASTY), min_size=1, max_size=6))
async def test_hostile_papers_are_inert(tmp_path_factory: pytest.TempPathFactory, some: list[str]) -> None:
    text = "".join(some)
    hostile = Paper(
        id=text[:80] or "x",
        headline=text,
        title=text or "x",
        comment=f"{text}\n\n{text}",
        excerpt=text,
        venue=text,
        organization=text,
        authors=(text, "A"),
        links=(Link(text, text), Link("https://example.org/" + text[:50], text)),
        tags=(text, "tag"),
        added_by=text,
    )
    folder = tmp_path_factory.mktemp("site")
    await built(
        folder, Collection([hostile, replace(hostile, id="other")], [edition(1, 0, 1, subscription="週刊/../x")])
    )
    for file in html_files(folder):
        assert_inert(parsed(file))
    for file in folder.rglob("*.xml"):
        assert not feedparser.parse(file.read_bytes()).bozo
    assert json.loads((folder / "papers.json").read_text())


def assert_inert(root: Element) -> None:
    for each in root.iter():
        if not isinstance(each.tag, str):
            continue
        assert each.tag not in ("iframe", "object", "embed", "style", "base", "img", "svg")
        assert not [name for name in each.attrib if name.startswith("on") or name == "style"]
        if each.tag == "script":
            assert each.get("type") == "application/ld+json" or each.get("src").partition("assets/")[2]
            json.loads(each.text or "{}")
        for name in ("href", "src", "action"):
            assert urlsplit(each.get(name) or "").scheme in ("", "http", "https")
    text = text_of(root)
    assert not [each for each in text if each in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\ufffe\x00"]


@settings(max_examples=20)
@given(st.lists(st.one_of(lines, texts, st.text(max_size=100)), max_size=12, unique=True))
def test_names_of_files_are_distinct_wherever_they_are_kept(names: list[str]) -> None:
    files = [file_name(name) for name in names]
    assert len(set(files)) == len(set(names))
    for file in files:
        assert file.isascii() and file == file.lower() and 0 < len(file) <= 80
        assert not set(file) & set('/\\:*?"<>| %') and not file.endswith(".") and not file.startswith(".")


@pytest.mark.parametrize("name", ["con", "nul.txt", "index", "INDEX", "RetNet", "retnet.", "..", "a/b", "日本語", ""])
def test_a_name_that_some_system_cannot_keep_gets_a_hash(name: str) -> None:
    assert file_name(name) != name
    assert file_name("retnet") == "retnet"
    assert file_name("2307.08621") == "2307.08621"
