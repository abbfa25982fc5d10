"""The terminal's commands: what they print, in which shape, and how they end."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app
from bot.formats import yaml
from tests.samples import paper

STARTER = Path(__file__).parent.parent / "config/papers.yaml"
PAPER_KEYS = {"id", "headline", "title", "date", "comment", "excerpt", "organization", "authors", "links", "tags", "identifiers",
              "added_at", "added_by", "updated_at"}  # fmt: skip
Dayori = Callable[..., Result]


@pytest.fixture
def dayori(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dayori]:
    """Return a function that runs a command on a store with the six papers of the starter collection."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    settings = tmp_path / "bot.yaml"
    settings.write_text(f"database_url: {database_url}\npapers_file: {STARTER}\n", encoding="utf-8")

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, [*arguments, "--config", str(settings)], input=typed)

    yield run
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


def document(result: Result) -> Any:
    """Return the one JSON document that a command printed."""
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def assert_one_line(result: Result, says: str) -> None:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def everything(dayori: Dayori) -> list[dict[str, Any]]:
    papers: list[dict[str, Any]] = document(dayori("export", "--format", "json"))["papers"]
    return papers


def test_run_without_a_token_prints_six_papers_and_ends(dayori: Dayori) -> None:
    result = dayori("run")
    assert result.exit_code == 0
    assert result.stdout.startswith("📮 論文だより 第1号")
    assert result.stdout.count("╭─") == 6
    assert "\x1b" not in result.stdout


def test_run_answers_what_is_typed(dayori: Dayori) -> None:
    result = dayori("run", typed="/paper RetNet\n/paper ハルシネーション\n/papers\n")
    assert result.exit_code == 0
    answers = result.stdout.split("longnet", 1)[1]
    assert "Retentive Network" in answers
    assert "Calibrated Language Models Must Hallucinate" in answers


def test_digest_is_one_document_and_posts_nothing(dayori: Dayori) -> None:
    printed = document(dayori("digest", "--json"))
    assert set(printed) == {"subscription", "edition", "reason", "papers", "remaining"}
    assert (printed["edition"], printed["reason"], printed["remaining"], len(printed["papers"])) == (1, "first", 0, 6)
    assert set(printed["papers"][0]) == PAPER_KEYS
    assert document(dayori("digest", "--json")) == printed
    assert "論文だより 第1号" in dayori("digest").stdout


def test_search_is_one_document(dayori: Dayori) -> None:
    printed = document(dayori("search", "RetNet", "--json", "--limit", "3"))
    assert set(printed) == {"query", "total", "suggestion", "results"}
    assert (printed["query"], printed["results"][0]["id"]) == ("RetNet", "retnet")
    assert set(printed["results"][0]) == PAPER_KEYS | {"score"}
    assert "Retentive Network" in dayori("search", "RetNet").stdout


def test_search_reads_one_query_a_line_and_answers_one_document_a_line(dayori: Dayori) -> None:
    result = dayori("search", "-", "--limit", "2", typed='RetNet\n\nハルシネーション\nzzzzqqqq "\n')
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["query"] for answer in answers] == ["RetNet", "", "ハルシネーション", 'zzzzqqqq "']
    assert all(set(answer) == {"query", "total", "suggestion", "results", "elapsed_ms"} for answer in answers)
    assert [answers[0]["results"][0]["id"], answers[1]["total"], len(answers[1]["results"])] == ["retnet", 6, 2]
    assert (answers[2]["results"][0]["id"], answers[3]["total"]) == ("calibrated-hallucination", 0)
    assert all(answer["elapsed_ms"] >= 0 for answer in answers)


def test_show_is_a_card_or_one_document(dayori: Dayori) -> None:
    printed = document(dayori("show", "retnet", "--json"))
    assert set(printed) == PAPER_KEYS
    assert (printed["date"], printed["identifiers"]["arxiv"]) == ("2023-07-19", "2307.08621")
    assert "RetNet" in dayori("show", "retnet").stdout
    assert_one_line(dayori("show", "nobody"), "IDが「nobody」の論文はありません。")


def test_a_paper_is_added_edited_removed_and_brought_back(dayori: Dayori) -> None:
    start = everything(dayori)
    title = "Attention Is All You Need"
    assert (
        title
        in dayori("add", "1706.03762", "--title", title, "--tag", "a b", "--tag", "c", "--date", "2017年6月").stdout
    )
    added = document(dayori("show", "1706.03762", "--json"))
    assert (added["title"], added["tags"], added["date"]) == (title, ["a b", "c"], "2017-06")
    assert dayori("edit", "1706.03762", "--comment", "必読", "--date", "").exit_code == 0
    edited = document(dayori("show", "1706.03762", "--json"))
    assert (edited["comment"], edited["date"], edited["tags"]) == ("必読", None, ["a b", "c"])
    assert "必読" in dayori("history", "1706.03762").stdout
    assert title in dayori("remove", "1706.03762").stdout
    assert [dayori("undo").exit_code for _ in range(3)] == [0, 0, 0]
    assert everything(dayori) == start


def test_a_paper_that_is_there_is_shown_and_not_added(dayori: Dayori) -> None:
    result = dayori("add", "https://arxiv.org/pdf/2307.08621v4", "--title", "x")
    assert result.exit_code == 0
    assert "この論文はもう登録されています。" in result.stdout
    assert len(everything(dayori)) == 6


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "RetNet", "--title", "x"), "リンクでもarXivの番号でもDOIでもありません"),
        (("add", "1706.03762", "--title", "x", "--date", "someday"), "日付として読み取れません"),
        (("edit", "nobody", "--title", "x"), "nobody"),
        (("edit", "retnet", "--title", ""), "タイトル"),
        (("remove", "nobody"), "nobody"),
        (("import", "nowhere.yaml"), "nowhere.yaml: 読み込めません"),
        (("import", "papers.docx"), "--format"),
        (("export", "--format", "docx"), "--format"),
        (("export", "--output", "no/such/folder.yaml"), "書き込めません"),
        (("post",), "DISCORD_TOKEN"),
        (("backup", "bot.yaml"), "すでにあります"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(dayori: Dayori, arguments: tuple[str, ...], says: str) -> None:
    assert_one_line(dayori(*arguments), says)


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("search",), ("search", "x", "--limit", "0"), ("show",), ("export", "--colour")]
)
def test_wrong_usage_ends_with_2(dayori: Dayori, arguments: tuple[str, ...]) -> None:
    result = dayori(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage" in result.stderr


def test_broken_settings_are_said_in_one_line_with_their_place(dayori: Dayori, tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("timezone: UTC\nlocal: ja\n", encoding="utf-8")
    assert_one_line(dayori("history"), 'bot.yaml:2:1: unknown setting "local"')


def test_another_workspace_is_another_collection(dayori: Dayori) -> None:
    assert document(dayori("search", "", "--json", "--workspace", "discord:1"))["total"] == 0
    assert_one_line(dayori("show", "retnet", "--workspace", "discord:1"), "retnet")


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_what_is_exported_is_imported_unchanged(dayori: Dayori, format: str) -> None:
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
    (tmp_path / "new.yaml").write_text(yaml.write([paper(1)]), encoding="utf-8")
    before = everything(dayori)
    assert "確認のみ・保存なし" in (told := dayori("import", "new.yaml", "--dry-run").stdout)
    assert "追加 1" in told
    assert everything(dayori) == before


@pytest.mark.parametrize(
    "broken",
    ["papers: [", "papers:\n- title: a\n  colour: b", "papers:\n- title: a\n  title: b", "papers:\n- title: a\n  date: 2023-02-30",
     "papers:\n- {title: a, id: x}\n- {title: b, id: x}", "papers:\n- title: a\n  links: [2601.00010]", "papers:\n- title: ''"],
)  # fmt: skip
def test_a_broken_file_is_refused_whole_with_its_place(dayori: Dayori, tmp_path: Path, broken: str) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(yaml.write([paper(1)]), encoding="utf-8")
    bad.write_text(broken, encoding="utf-8")
    before = everything(dayori)
    result = dayori("import", str(good), str(bad))
    assert_one_line(result, f"{bad}:")
    assert all(number.isdigit() for number in result.stderr.removeprefix(f"{bad}:").split(":")[:2])
    assert everything(dayori) == before


def test_history_tells_the_newest_first(dayori: Dayori) -> None:
    dayori("edit", "retnet", "--comment", "一")
    dayori("edit", "retnet", "--comment", "二")
    told = dayori("history", "retnet").stdout
    assert told.index("一 → 二") < told.index("→ 一")
    assert dayori("history", "--workspace", "new").stdout == "まだ何も変更されていません。\n"


def test_a_healthy_installation_is_told_so(dayori: Dayori, tmp_path: Path) -> None:
    result = dayori("doctor")
    assert result.exit_code == 0
    assert "コレクション: 6本" in result.stdout
    assert "問題ありません。" in result.stdout


def test_a_backup_holds_the_collection(dayori: Dayori, tmp_path: Path) -> None:
    assert dayori("backup", str(tmp_path / "copy.db")).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM papers").fetchone() == (6,)


def test_help_names_every_command_with_an_example(dayori: Dayori) -> None:
    for name in ("run", "digest", "post", "search", "show", "add", "edit", "remove", "undo", "history", "import", "export", "doctor",
                 "backup"):  # fmt: skip
        result = dayori(name, "--help")
        assert result.exit_code == 0
        assert f"dayori {name}" in result.stdout
        assert "--workspace" in result.stdout
