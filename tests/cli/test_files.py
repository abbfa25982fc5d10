"""Files are read and written completely or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.formats import yaml
from tests.samples import paper
from tests.terminal import Dayori, assert_one_line, document, everything, make_workspace


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_what_is_exported_is_imported_unchanged(dayori: Dayori, database_url: str, format: str) -> None:
    make_workspace(database_url, "new")
    assert dayori("export", "--output", f"copy.{format}").exit_code == 0
    assert "変更なし 6" in dayori("import", f"copy.{format}").stdout
    assert "追加 6" in dayori("import", f"copy.{format}", "--workspace", "new").stdout
    first, second = (dayori("export", "--format", "yaml", *more).stdout for more in ((), ("--workspace", "new")))
    assert first == second


def test_only_what_a_search_finds_is_exported(dayori: Dayori) -> None:
    papers = document(dayori("export", "--format", "json", "RetNet"))["papers"]
    assert "retnet" in [each["id"] for each in papers]
    assert len(papers) < 6


def test_a_dry_run_only_tells(dayori: Dayori, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("".join(yaml.write([paper(1)])), encoding="utf-8")
    before = everything(dayori)
    assert "確認のみ・保存なし" in (text := dayori("import", "new.yaml", "--dry-run").stdout)
    assert "追加 1" in text
    assert everything(dayori) == before


def test_a_removed_paper_stays_away_until_it_is_wanted_back(dayori: Dayori, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("".join(yaml.write([paper(1)])), encoding="utf-8")
    dayori("import", "new.yaml")
    dayori("remove", "paper-1", "--yes")
    text = dayori("import", "new.yaml").stdout
    assert "追加 0" in text
    assert "--restore" in text
    assert len(everything(dayori)) == 6
    assert "追加 1" in dayori("import", "new.yaml", "--restore").stdout
    assert len(everything(dayori)) == 7


def test_a_list_whose_source_cannot_be_reached_says_so_once(dayori: Dayori, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("".join(f"2301.{n:05}\n" for n in range(1, 6)), encoding="utf-8")
    text = "".join(dayori("import", "list.txt").stdout.split())
    assert "スキップ5" in text
    assert text.count("5件のタイトルを調べられませんでした") == 1
    assert text.count("list.txt:1") == 1


@pytest.mark.parametrize(
    "broken",
    [
        "papers: [",
        "papers:\n- title: a\n  colour: b",
        "papers:\n- title: a\n  title: b",
        "papers:\n- title: a\n  date: 2023-02-30",
        "papers:\n- {title: a, id: x}\n- {title: b, id: x}",
        "papers:\n- title: a\n  links: [2601.00010]",
        "papers:\n- title: ''",
    ],
)
def test_a_broken_file_is_refused_whole_with_its_place(dayori: Dayori, tmp_path: Path, broken: str) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("".join(yaml.write([paper(1)])), encoding="utf-8")
    bad.write_text(broken, encoding="utf-8")
    before = everything(dayori)
    result = dayori("import", str(good), str(bad))
    assert_one_line(result, f"{bad}:")
    assert all(number.isdigit() for number in result.stderr.removeprefix(f"{bad}:").split(":")[:2])
    assert everything(dayori) == before


def test_a_backup_holds_the_collection(dayori: Dayori, tmp_path: Path) -> None:
    assert dayori("backup", str(tmp_path / "copy.db")).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM papers").fetchone() == (6,)


def test_a_file_that_was_there_stays_until_the_new_one_is_whole(dayori: Dayori, tmp_path: Path) -> None:
    file = tmp_path / "copy.yaml"
    file.touch(mode=0o600)
    file.write_text("before", encoding="utf-8")
    (tmp_path / ".copy.yaml.export").write_text("what a crash left", encoding="utf-8")
    assert dayori("export", "--output", str(file)).exit_code == 0
    assert "before" not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir() if "copy" in each.name] == ["copy.yaml"]


def test_a_pipe_is_written_to_and_stays_one(dayori: Dayori, tmp_path: Path) -> None:
    assert dayori("export", "--format", "json", "--output", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()
