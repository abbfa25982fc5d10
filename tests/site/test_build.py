"""A site is built whole, and then only what changed; it never stands half built."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import ConflictError, InputError
from bot.domain.paper import Paper
from bot.site.staging import Staging, open_staging
from tests.samples import paper
from tests.site.pages import START, Collection, built, edition, html_files, local_targets, parsed, shown, statistics

PAPERS = [paper(n, tags=["RAG", f"t{n % 2}"], authors=["Ada Lovelace", f"Writer {n}"]) for n in range(6)]
ISSUES = [edition(1, 0, 1), edition(2, 2, 3)]


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files if ".dayori-site" not in file.parts}


async def test_every_link_of_every_page_leads_to_a_file(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(PAPERS, ISSUES))
    for file in html_files(tmp_path / "out"):
        for target in local_targets(file, parsed(file)):
            assert target.is_file(), (file, target)


async def test_every_paper_is_reached_from_the_front_without_a_script(tmp_path: Path) -> None:
    many = [paper(n) for n in range(150)]
    await built(tmp_path / "out", Collection(many, [edition(1, 0)]))
    front = (tmp_path / "out/index.html").resolve()
    reached, waiting, papers = {front}, [front], set[str]()
    while waiting:
        page = waiting.pop()
        root = parsed(page)
        papers |= {*shown(root)}
        new = {each for each in local_targets(page, root) if each.suffix == ".html"} - reached
        reached |= new
        waiting += new
    assert papers == {each.id for each in many}
    assert reached == {file.resolve() for file in html_files(tmp_path / "out") if file.name != "404.html"}


async def test_the_front_shows_the_newest_first(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(PAPERS))
    ids = shown(parsed(tmp_path / "out/index.html"))
    assert ids == [each.id for each in reversed(PAPERS)]


async def test_a_second_build_writes_nothing(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(PAPERS, ISSUES), "https://papers.example.org/")
    before = contents(tmp_path / "out")
    report = await built(tmp_path / "out", Collection(PAPERS, ISSUES), "https://papers.example.org/")
    assert (report.written, report.removed) == (0, 0)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    "change",
    [
        {"comment": "別のコメント"},
        {"headline": "別の見出し"},
        {"title": "Another title"},
        {"tags": ("新しい",)},
        {"authors": ("Ada Lovelace", "Writer 3")},
        {"added_at": START + timedelta(days=90)},
        {"id": "another"},
        None,
    ],
)
async def test_an_edited_site_is_the_same_as_a_new_one(tmp_path: Path, change: dict[str, Any] | None) -> None:
    await built(tmp_path / "out", Collection(PAPERS, ISSUES))
    papers: list[Paper] = [*PAPERS[:5], replace(PAPERS[5], **change)] if change else PAPERS[:5]
    papers.append(paper(9, tags=["RAG"]))
    after = Collection(papers, [*ISSUES, edition(3, 4, 5)], changes=1)
    report = await built(tmp_path / "out", after)
    await built(tmp_path / "new", after)
    assert contents(tmp_path / "out") == contents(tmp_path / "new")
    assert report.kept > 0


async def test_after_one_edit_only_its_paper_is_read(tmp_path: Path) -> None:
    many = [paper(n) for n in range(80)]
    await built(tmp_path / "out", Collection(many))
    edited = Collection([replace(many[0], comment="別のコメント"), *many[1:]], changes=1)
    await built(tmp_path / "out", edited)
    assert set(edited.asked) == {0}


async def test_after_an_edit_browsers_fetch_the_papers_of_the_search_anew_and_other_pages_stay(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(PAPERS))
    before = contents(tmp_path / "out")
    await built(tmp_path / "out", Collection([replace(PAPERS[0], comment="別のコメント"), *PAPERS[1:]], changes=1))
    after = contents(tmp_path / "out")
    assert before["assets/search-version.js"] != after["assets/search-version.js"]
    assert before["papers/paper-3.html"] == after["papers/paper-3.html"]


async def test_a_file_that_is_gone_or_cut_short_is_made_again(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(PAPERS, ISSUES))
    before = contents(tmp_path / "out")
    (tmp_path / "out/index.html").unlink()
    (tmp_path / "out/papers.bib").write_text("")
    shutil.rmtree(tmp_path / "out/en")
    await built(tmp_path / "out", Collection(PAPERS, ISSUES))
    assert contents(tmp_path / "out") == before


async def test_a_bot_notices_that_a_file_went_by_its_folder_and_others_once_a_day(tmp_path: Path) -> None:
    out = tmp_path / "out"
    await built(out, Collection(PAPERS, ISSUES))
    before = contents(out)
    (out / "papers/paper-1.html").unlink()
    (out / "about.html").write_text("")  # in place, so its folder does not tell
    await built(out, Collection(PAPERS, ISSUES, changes=1), every_file=False)
    assert contents(out) == before
    (out / "about.html").write_text("")
    await built(out, Collection(PAPERS, ISSUES, changes=2), every_file=False)
    assert (out / "about.html").read_text() == ""
    tomorrow = statistics(day=START.date() + timedelta(days=1))
    await built(out, Collection(PAPERS, ISSUES, changes=3, numbers=tomorrow), every_file=False)
    assert (out / "about.html").read_bytes() == before["about.html"]


async def test_a_damaged_manifest_is_no_manifest(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(PAPERS))
    before, manifest = contents(tmp_path / "out"), Staging(tmp_path / "out").manifest_path
    manifest.write_bytes(manifest.read_bytes()[:-40])
    report = await built(tmp_path / "out", Collection(PAPERS), every_file=False)
    assert (report.kept, contents(tmp_path / "out")) == (0, before)


async def test_another_template_makes_every_page_anew(tmp_path: Path) -> None:
    repository = Path(__file__).parents[2]
    shutil.copytree(repository / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").symlink_to(repository / "tests")
    await built(tmp_path / "out", Collection(PAPERS))
    (tmp_path / "bot/site/templates/footer.html").write_text("<footer>Another</footer>\n")
    build = "asyncio.run(built(Path('out'), Collection(PAPERS), every_file=False))"
    program = f"from tests.site.test_build import *; {build}"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=tmp_path)
    assert await process.wait() == 0
    assert all(b"<footer>Another</footer>" in file.read_bytes() for file in html_files(tmp_path / "out"))


async def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="other files"):
        await built(tmp_path / "out", Collection(PAPERS))
    assert contents(tmp_path / "out") == {"thesis.tex": b"years of work"}
    with pytest.raises(InputError, match="is a file"):
        await built(tmp_path / "out/thesis.tex", Collection(PAPERS))


async def test_what_somebody_put_beside_the_site_stays(tmp_path: Path) -> None:
    await built(tmp_path / "out", Collection(PAPERS))
    (tmp_path / "out/CNAME").write_text("papers.example.org")
    await built(tmp_path / "out", Collection(PAPERS[:2], changes=1))
    assert (tmp_path / "out/CNAME").read_text() == "papers.example.org"


async def test_only_one_build_runs_at_a_time(tmp_path: Path) -> None:
    with open_staging(tmp_path / "out"), pytest.raises(ConflictError):
        await built(tmp_path / "out", Collection(PAPERS))


async def test_a_build_that_is_stopped_while_it_writes_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await built(tmp_path / "out", Collection(PAPERS, ISSUES))
    before = contents(tmp_path / "out")

    class Broken(Collection):
        async def papers(self, numbers: object) -> dict[int, Paper]:
            await asyncio.sleep(0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await built(tmp_path / "out", Broken([*PAPERS[1:], paper(7)], changes=1))
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("moved", [0, 1, 7, 40])
async def test_a_build_that_is_stopped_while_it_moves_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    after = Collection([*PAPERS[1:], paper(7)], ISSUES[:1], changes=1)
    await built(tmp_path / "new", after)
    await built(tmp_path / "out", Collection(PAPERS, ISSUES))
    replaced, left = os.replace, [moved + 2]

    def stop(source: str, target: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        replaced(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            await built(tmp_path / "out", after)
    for file in html_files(tmp_path / "out"):
        assert b"</html>" in file.read_bytes()
    report = await built(tmp_path / "out", after)
    assert contents(tmp_path / "out") == contents(tmp_path / "new")
    assert report.written == 0


def test_what_a_stopped_build_left_is_forgotten(tmp_path: Path) -> None:
    with open_staging(tmp_path / "out") as first:
        first.write("papers/a.html", b"half")
    with open_staging(tmp_path / "out") as second:
        second.write("papers/b.html", b"whole")
        second.commit([], [b"{}"])
    assert not (tmp_path / "out/papers/a.html").exists()
    assert (tmp_path / "out/papers/b.html").read_bytes() == b"whole"
    assert Staging(tmp_path / "out").manifest_path.read_bytes() == b"{}"
