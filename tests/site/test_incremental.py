"""After any changes, a site that was brought up to date again and again equals one that is built anew, to the byte."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.outline import EditionOutline, Outline
from bot.domain.paper import Link, Paper
from bot.domain.paper_update import make_update
from bot.i18n import Locale
from bot.site.build import Report
from tests.samples import paper
from tests.site.pages import START, Collection, built, edition, outline_of, statistics
from tests.site.test_build import contents

NAMES = ("Ada Lovelace", "ada lovelace", "山田 太郎", "Bob")
TAGS = ("RAG", "rag", "生成AI", "t1")
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "headline": st.sampled_from([None, "検索の見出し", "評価ベンチマーク"]),
    "title": st.sampled_from(["Retentive networks", "Retentive hashing networks", "Hashing"]),
    "comment": st.sampled_from([None, "一言。", "二つ。\n\nhttps://example.org/"]),
    "tags": st.lists(st.sampled_from(TAGS), max_size=3, unique=True).map(tuple),
    "authors": st.lists(st.sampled_from(NAMES), max_size=5).map(tuple),
    "date": st.sampled_from([None, PaperDate(2023), PaperDate(2023, 7), PaperDate(2024, 8, 1)]),
    "venue": st.sampled_from([None, "ACL 2024"]),
    "added_by": st.sampled_from([None, "花子"]),
    "links": st.sampled_from([(), (Link("https://example.org/a", "code"),)]),
    "updates": st.sampled_from([(), (make_update("retraction", PaperDate(2026, 11, 21)),)]),
}


@dataclass(frozen=True)
class World:
    """All that goes into a site; removed papers are None, so that the others keep their numbers."""

    papers: tuple[Paper | None, ...] = tuple(paper(n, tags=["RAG"], authors=["Bob", f"Writer {n}"]) for n in range(6))
    issues: tuple[EditionOutline, ...] = (edition(1, 0, 1, 2, 3, 4),)
    base_url: str = ""
    locale: Locale = "ja"
    day: int = 0
    meanings: str = ""

    async def build(self, folder: Path, changes: int, *, every_file: bool = True) -> Report:
        numbers = statistics(papers=len(self.papers), day=START.date() + timedelta(days=self.day))
        collection = _Gaps(self.papers, self.issues, changes, numbers, meanings=self.meanings)
        return await built(folder, collection, self.base_url, self.locale, every_file=every_file)


@dataclass
class _Gaps(Collection):
    """A collection of which papers may have been removed, with an alias."""

    items: Sequence[Any] = ()
    meanings: str = ""

    async def outlines(self) -> AsyncIterator[list[Outline]]:
        yield [outline_of(number, each) for number, each in enumerate(self.items) if each]

    async def aliases(self) -> dict[str, tuple[str, ...]]:
        return {"rag": (self.meanings,)}


@st.composite
def next_world(draw: st.DrawFn, world: World) -> World:
    """Return a world after one change."""
    papers, issues = world.papers, world.issues
    at = draw(st.integers(0, len(papers) - 1))
    match draw(st.sampled_from(["edit", "edit", "edit", "add", "remove", "edition", "setting"])):
        case "edit" if each := papers[at]:
            field = draw(st.sampled_from([*FIELDS]))
            edited = replace(each, **{field: draw(FIELDS[field])})
            return replace(world, papers=(*papers[:at], edited, *papers[at + 1 :]))
        case "add":
            return replace(world, papers=(*papers, paper(len(papers), tags=["t1"], authors=["Ada Lovelace"])))
        case "remove":
            return replace(world, papers=(*papers[:at], None, *papers[at + 1 :]))
        case "edition":
            stream = draw(st.sampled_from(["weekly", "daily"]))
            issue = edition(len(issues) + 1, *range(at, min(at + 6, len(papers))), subscription=stream)
            return replace(world, issues=(*issues, issue))
        case "setting":
            return replace(world, **draw(SETTINGS))
    return world


SETTINGS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"base_url": st.sampled_from(["", "https://papers.example.org/"])}),
    st.fixed_dictionaries({"locale": st.sampled_from(["ja", "en"])}),
    st.fixed_dictionaries({"day": st.integers(0, 90)}),
    st.fixed_dictionaries({"meanings": st.sampled_from(["", "検索拡張生成"])}),
)


@st.composite
def histories(draw: st.DrawFn) -> list[World]:
    """Return worlds, each after some changes to the one before, or as one was earlier: that is an undo."""
    worlds = [World()]
    for _ in range(draw(st.integers(1, 4))):
        world = draw(st.sampled_from(worlds)) if draw(st.integers(0, 4)) == 0 else worlds[-1]
        for _ in range(draw(st.integers(1, 3))):
            world = draw(next_world(world))
        worlds.append(world)
    return worlds


@settings(max_examples=12, deadline=None)
@given(histories())
def test_a_site_kept_up_to_date_is_the_same_as_a_new_one(worlds: list[World]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_follow(Path(folder), worlds))


async def _follow(folder: Path, worlds: Sequence[World]) -> None:
    for n, world in enumerate(worlds):
        await world.build(folder / "out", n, every_file=False)
    await worlds[-1].build(folder / "new", 0)
    assert contents(folder / "out") == contents(folder / "new")
    report = await worlds[-1].build(folder / "out", len(worlds) - 1)
    assert (report.written, report.removed) == (0, 0)


async def test_papers_are_no_longer_related_once_too_many_share_their_words(tmp_path: Path) -> None:
    papers = [paper(n, title="Sparse attention" if n < 50 else f"Title{n}") for n in range(201)]
    await World(tuple(papers)).build(tmp_path / "out", 0)
    papers[100] = replace(papers[100], title="Sparse attention")
    await World(tuple(papers)).build(tmp_path / "out", 1, every_file=False)
    await World(tuple(papers)).build(tmp_path / "new", 0)
    assert contents(tmp_path / "out") == contents(tmp_path / "new")


async def test_a_late_authors_second_paper_gives_them_a_page_to_which_both_lead(tmp_path: Path) -> None:
    authors = [f"Writer {n}" for n in range(12)]
    papers = [
        paper(1, title="Alpha", date=PaperDate(2024), authors=[*authors, "Ada"]),
        paper(2, title="Omega", authors=["Bob"]),
    ]
    await World(tuple(papers)).build(tmp_path / "out", 0)
    await World((papers[0], replace(papers[1], authors=("Ada",)))).build(tmp_path / "out", 1, every_file=False)
    assert "authors/ada.html" in (tmp_path / "out/papers/paper-1.html").read_text(encoding="utf-8")
    await World(tuple(papers)).build(tmp_path / "out", 2, every_file=False)
    assert "authors/ada.html" not in (tmp_path / "out/papers/paper-1.html").read_text(encoding="utf-8")
    assert not (tmp_path / "out/authors/ada.html").exists()
