"""The terminal's commands: their output, its format, and their exit codes."""

from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from bot.cli.program import COMMANDS, app
from tests.conftest import STARTER
from tests.nowhere import SOURCES
from tests.stores import SERVER, execute, sqlite_file
from tests.terminal import Dayori, assert_one_line, document, everything, make_workspace, on_a_terminal

RETNET = "Retentive Network: A Successor to Transformer for Large Language Models"
PAPER_KEYS = {
    "id",
    "headline",
    "title",
    "date",
    "comment",
    "excerpt",
    "venue",
    "organization",
    "authors",
    "links",
    "tags",
    "identifiers",
    "added_at",
    "added_by",
    "updated_at",
}


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


@sqlite_file
def test_a_search_index_is_made_anew_with_a_bar_that_is_gone_before_the_answer(dayori: Dayori, tmp_path: Path) -> None:
    dayori("search", "RetNet")
    with closing(sqlite3.connect(next(tmp_path.rglob("*.db")), isolation_level=None)) as connection:
        connection.execute("UPDATE state SET text = '0' WHERE name = 'search_index'")
    screen = on_a_terminal("search", "RetNet", "--config", str(tmp_path / "bot.yaml"))
    bar, answer = "検索用の索引を作り直しています", screen.index("Retentive Network")
    assert bar in screen[:answer]
    assert "6/6" in screen[:answer]
    assert bar not in screen[answer:]


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
    assert title in dayori("remove", "1706.03762", "--yes").stdout
    assert [dayori("undo", "--yes").exit_code for _ in range(3)] == [0, 0, 0]
    assert everything(dayori) == start
    assert [dayori("redo").exit_code for _ in range(2)] == [0, 0]
    assert document(dayori("show", "1706.03762", "--json"))["comment"] == "必読"


@pytest.mark.parametrize(
    ("answer", "remains"),
    [("y\n", False), ("ｙ\n", False), ("はい\n", False), ("n\n", True), ("\n", True), ("だめ\n", True), ("", True)],
)
def test_a_paper_is_removed_only_after_a_yes(dayori: Dayori, answer: str, remains: bool) -> None:
    result = dayori("remove", "retnet", typed=answer)
    assert result.exit_code == (1 if remains else 0)
    assert ("retnet" in [each["id"] for each in everything(dayori)]) is remains


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_at_a_terminal_ctrl_c_and_ctrl_d_remove_nothing(dayori: Dayori, tmp_path: Path, key: str) -> None:
    before = everything(dayori)
    screen = on_a_terminal(
        "remove", "retnet", "--config", str(tmp_path / "bot.yaml"), keys=[("[y/N]", key)], ends_with=1
    )
    assert "Retentive Network" in screen
    assert "Traceback" not in screen
    assert everything(dayori) == before


def test_at_the_prompt_ctrl_c_ends_the_command_and_clears_a_half_typed_line(dayori: Dayori, tmp_path: Path) -> None:
    before = everything(dayori)
    keys = [
        ("dayori>", "/removepaper retnet\r"),
        ("[y/N]", "\x03"),
        ("中止しました", "/zzz"),
        ("/zzz", "\x03"),
        ("dayori>", "/papers\r"),
        ("6本", "exit\r"),
    ]
    screen = on_a_terminal("run", "--config", str(tmp_path / "bot.yaml"), keys=keys)
    assert "中止しました。何も変更していません。" in screen
    assert everything(dayori) == before
    assert "/papers" in next(tmp_path.rglob("terminal_history")).read_text(encoding="utf-8")


@pytest.mark.parametrize("key", ["\x03", "n\r"])
def test_at_a_terminal_ctrl_c_and_a_no_undo_nothing(dayori: Dayori, tmp_path: Path, key: str) -> None:
    dayori("edit", "retnet", "--comment", "一")
    screen = on_a_terminal("undo", "--config", str(tmp_path / "bot.yaml"), keys=[("[Y/n]", key)], ends_with=1)
    assert "#2 編集" in screen
    assert document(dayori("show", "retnet", "--json"))["comment"] == "一"


def test_an_answer_that_is_neither_yes_nor_no_is_asked_for_again(dayori: Dayori, tmp_path: Path) -> None:
    dayori("edit", "retnet", "--comment", "必読")
    keys = [("[Y/n]", "ok, ok\r"), ("y か n", ""), ("[Y/n]", "ｎｏ\r")]
    screen = on_a_terminal("undo", "--config", str(tmp_path / "bot.yaml"), keys=keys, ends_with=1)
    assert "何も変更していません" in screen
    assert "必読" in dayori("show", "retnet").stdout


def test_a_command_without_what_it_is_about_asks_for_the_right_thing(dayori: Dayori) -> None:
    answers = dayori("run", typed="/open\n/feed add\n").stdout
    assert "どの論文かを指定してください。例: /open retnet" in answers
    assert "どのフィードかを指定してください。例: /feed add https://" in answers


def test_an_undo_takes_back_the_named_change_and_asks_no_script(dayori: Dayori) -> None:
    dayori("edit", "retnet", "--comment", "一")
    dayori("edit", "longnet", "--comment", "二")
    number = dayori("history", "retnet").stdout.split()[0].removeprefix("#")
    undone = dayori("undo", number)
    assert (undone.exit_code, "「RetNet」" in undone.stdout) == (0, True)
    assert document(dayori("show", "retnet", "--json"))["comment"] != "一"
    assert document(dayori("show", "longnet", "--json"))["comment"] == "二"
    assert_one_line(dayori("undo", number, "--yes"), f"変更{number}はもう取り消されています")


def test_a_paper_that_is_there_is_shown_and_not_added(dayori: Dayori) -> None:
    result = dayori("add", "https://arxiv.org/pdf/2307.08621v4", "--title", "x")
    assert result.exit_code == 0
    assert "この論文はもう登録されています。" in result.stdout
    assert len(everything(dayori)) == 6


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "1706.03762", "--title", RETNET), "同じタイトルの論文がすでに「retnet」として"),
        (("inbox", "accept", str(2**70)), "受信箱に候補1180591620717411303424はありません"),
        (("inbox", "reject", str(2**70)), "受信箱に候補1180591620717411303424はありません"),
        (("edit", "nobody", "--title", "x"), "nobody"),
        (("remove", "nobody"), "nobody"),
        (("remove", "retnet"), "答えの入力がないため、中止しました。確認なしで行うには --yes"),
        (("undo", "9999"), "変更9999はありません"),
        (("undo", "1180591620717411303424"), "はありません"),
        (("redo",), "やり直せる取り消しはありません"),
        (("import", "nowhere.yaml"), "nowhere.yaml: 読み込めません"),
        (("export", "--output", "no/such/folder.yaml"), "書き込めません"),
        (("post",), "DISCORD_TOKEN"),
        (("backup", "bot.yaml"), "すでにあります"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(dayori: Dayori, arguments: tuple[str, ...], says: str) -> None:
    assert_one_line(dayori(*arguments), says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "RetNet", "--title", "x"), "リンクでもarXivの番号でもDOIでもありません"),
        (("add", "1706.03762", "--title", "x", "--date", "someday"), "日付として読み取れません"),
        (("edit", "retnet", "--title", ""), "タイトル"),
        (("import", "papers.docx"), "--format"),
        (("export", "--format", "docx"), "「docx」という形式はありません。使えるのは yaml, json"),
        (("export", "--output", "papers.docx"), "「papers.docx」の形式がわかりません。--format"),
        (("import", "papers.yaml", "--format", "docx"), "「docx」という形式はありません。使えるのは yaml, json"),
        (("add", "1706.03762", "--title", "x", "--link", "ftp://a.org"), "ftp://a.org"),
        (("edit", "retnet", "--date", "2024-13"), "2024-13"),
        (("edit", "retnet", "--link", "a.org"), "a.org"),
        (("feeds", "test", "https://example.org/feed", "--include", "(a"), "括弧が閉じていません"),
        (("servers", "allow", "研究室"), "「研究室」はサーバーIDではありません"),
        (("copy-store", "dayori.db", "mysql://x"), "sqlite+aiosqlite://"),
        (("site", "public", "--base-url", "ftp://example.org"), "ftp://example.org"),
        (("site", "public", "--serve", "nowhere"), "nowhere"),
    ],
)
def test_a_value_that_is_never_valid_is_wrong_usage(dayori: Dayori, arguments: tuple[str, ...], says: str) -> None:
    assert_one_line(dayori(*arguments), says, exit_code=2)


def test_what_was_typed_is_told_on_the_one_line_too(dayori: Dayori) -> None:
    assert_one_line(dayori("show", "a\n\x1b[31mb"), "「a [31mb」")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("inbox", "foo"), "dayori inbox accept 3 のように入力してください。"),
        (("servers", "allow"), "dayori servers allow 123456789012345678 のように入力してください。"),
        (("feeds", "list", "--include", "RAG"), "dayori feeds test https://"),
        (("feeds", "poll", "--tag", "RAG"), "dayori feeds test https://"),
        (("stats", "x", "y"), "余分な引数があります: x y"),
        (("undo", "abc"), "N の値が正しくありません。"),
    ],
)
def test_wrong_usage_is_told_in_the_readers_language(dayori: Dayori, arguments: tuple[str, ...], says: str) -> None:
    result = dayori(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(says)


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("search",), ("search", "x", "--limit", "0"), ("show",), ("export", "--colour")]
)
def test_wrong_usage_ends_with_2(dayori: Dayori, arguments: tuple[str, ...]) -> None:
    result = dayori(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "--help で確認できます" in result.stderr
    assert "Traceback" not in result.stderr


def test_broken_settings_are_said_in_one_line_with_their_place(dayori: Dayori, tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("timezone: UTC\nlocal: ja\n", encoding="utf-8")
    assert_one_line(dayori("history"), "bot.yaml:2:1: 「local」という設定はありません。「locale」ではありませんか？")


def test_another_workspace_is_another_collection(dayori: Dayori, database_url: str) -> None:
    make_workspace(database_url, "discord:1")
    assert document(dayori("search", "", "--json", "--workspace", "discord:1"))["total"] == 0
    assert_one_line(dayori("show", "retnet", "--workspace", "discord:1"), "retnet")


def test_a_workspace_that_there_is_not_is_told_with_those_that_there_are_and_none_is_made(
    dayori: Dayori, database_url: str
) -> None:
    make_workspace(database_url, "discord:826969109299200000")
    for typo in ("defualt", "discord:1", ""):
        for command in (("add", "1706.03762"), ("search", "a"), ("import", "x.yaml"), ("doctor",)):
            result = dayori(*command, "--workspace", typo)
            assert_one_line(result, f"「{typo}」というワークスペースはありません")
            assert "default" in result.stderr and "discord:826969109299200000" in result.stderr
    assert len(execute(database_url, "SELECT name FROM workspaces")) == 2


def test_history_cuts_neither_ids_nor_the_difference_however_narrow_the_terminal(dayori: Dayori) -> None:
    headline = "Transformerの次を狙うアーキテクチャ「RetNet」です"
    dayori("edit", "calibrated-hallucination", "--headline", headline)
    dayori("edit", "calibrated-hallucination", "--headline", headline.replace("です", "でした"))
    change, *others = dayori("history", "calibrated-hallucination").stdout.split("#")[1:]
    assert len(others) == 2
    text = "".join(change.split())
    assert "です→" in text
    assert "でした" in text
    assert "calibrated-hallucination見出し:" in text


def test_an_unknown_paper_has_no_empty_history_and_a_removed_one_keeps_its_own(dayori: Dayori) -> None:
    assert_one_line(dayori("history", "nope"), "「nope」")
    dayori("edit", "retnet", "--comment", "必読")
    assert "必読" in dayori("history", "2307.08621").stdout
    dayori("remove", "retnet", "--yes")
    assert "削除" in dayori("history", "retnet").stdout


@pytest.mark.parametrize("command", ["show", "history", "edit", "feeds poll", "feeds list", "refresh", "search"])
def test_bytes_that_are_no_text_are_not_found(dayori: Dayori, command: str) -> None:
    result = dayori(*command.split(), "\udcff\ud800")
    assert result.exit_code in (0, 1), result.exception


def test_history_tells_the_newest_first(dayori: Dayori, database_url: str) -> None:
    dayori("edit", "retnet", "--comment", "一")
    dayori("edit", "retnet", "--comment", "二")
    text = "".join(dayori("history", "retnet").stdout.split())
    assert text.index("一→二") < text.index("→一")
    make_workspace(database_url, "new")
    assert dayori("history", "--workspace", "new").stdout == "まだ何も変更されていません。\n"


def test_a_healthy_installation_is_told_so(dayori: Dayori, tmp_path: Path) -> None:
    dayori("history")
    result = dayori("doctor")
    assert result.exit_code == 0
    assert "コレクションの論文: 6本" in result.stdout
    assert "問題ありません。" in result.stdout


def test_doctor_for_programs_is_one_document(dayori: Dayori) -> None:
    dayori("history")
    report = document(dayori("doctor", "--json", "--offline"))
    assert report["ok"] is True
    assert [(each["check"], each["level"], each["remedy"]) for each in report["checks"]] == [
        (name, "ok", None)
        for name in (
            *("settings", "versions", "timezone", "database", "collection"),
            *("token", "token", "bot", *(("backup", "server") if SERVER else ("disk", "backup", "integrity"))),
        )
    ]
    assert all(each["message"] for each in report["checks"])


@pytest.mark.parametrize(("name", "example"), [(name, example) for name, (_, _, example) in COMMANDS.items()])
def test_help_names_every_command_with_an_example_on_one_line(dayori: Dayori, name: str, example: str) -> None:
    result = dayori(name, "--help")
    assert result.exit_code == 0
    assert example.startswith(f"dayori {name}")
    assert f"例: {example}" in result.stdout
    for part in ("--workspace", "使い方: dayori", "（初期値: default）"):
        assert part in result.stdout


@pytest.mark.parametrize("arguments", [("--help",), *((name, "--help") for name in COMMANDS)])
def test_no_line_of_the_help_begins_with_a_full_stop_or_ends_with_a_space(arguments: tuple[str, ...]) -> None:
    for columns in ("40", "80"):
        lines = CliRunner(env={"COLUMNS": columns}).invoke(app, arguments).stdout.splitlines()
        assert lines
        for line in lines:
            assert not line.lstrip().startswith(("。", "、", "）")), line
            assert line == line.rstrip()


def test_every_example_of_the_help_works_on_a_fresh_starter_collection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", SOURCES["arxiv_url"])  # so that no feed is asked for
    (tmp_path / "config").mkdir()
    (tmp_path / "config/bot.yaml").write_text(f"sources: {json.dumps(SOURCES)}\n", encoding="utf-8")
    (tmp_path / "config/papers.yaml").write_text(STARTER.read_text(encoding="utf-8"), encoding="utf-8")
    outputs = {}
    for command, (_, _, example) in COMMANDS.items():
        program, *arguments = shlex.split(example)
        assert program == "dayori"
        result = CliRunner().invoke(app, arguments, input="")
        outputs[command] = result.stdout
        assert result.exit_code == (1 if command in ("post", "feeds", "copy-store") else 0), result.output
        assert "Traceback" not in result.output
    assert "Calibrated Language Models Must Hallucinate" in outputs["search"]
    assert "Retentive Network" in outputs["show"]
    assert "読みました。" in outputs["history"]
    assert (tmp_path / "papers.bib").exists()
    assert (tmp_path / "dayori-backup.db").exists()


def test_the_version_is_told_and_help_speaks_the_settings_language(dayori: Dayori, tmp_path: Path) -> None:
    assert re.fullmatch(r"dayori \d+\.\d+\.\d+\S*\n", CliRunner().invoke(app, ["--version"]).stdout)
    (tmp_path / "bot.yaml").write_text("locale: en\n", encoding="utf-8")
    assert "[default: 10]" in dayori("search", "--help").stdout
    assert "Usage: dayori search [OPTIONS] QUERY" in dayori("search", "--help").stdout
    (tmp_path / "bot.yaml").write_text("", encoding="utf-8")
    monkeypatched = {"LC_ALL": "en_US.UTF-8"}
    result = CliRunner(env=monkeypatched).invoke(app, ["search", "--help", "--config", str(tmp_path / "bot.yaml")])
    assert "Usage:" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("\x1b[31mx",),
        ("search", "--\x1b]0;x\x07"),
        ("show", "x", "\u202ey"),
        ("search", "x", "--limit", "\x9b1m"),
        ("inbox", "\x1b[2J", "1"),
    ],
)
def test_wrong_usage_repeats_no_control_character(dayori: Dayori, arguments: tuple[str, ...]) -> None:
    result = dayori(*arguments)
    assert result.exit_code == 2
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", result.output)


@pytest.mark.parametrize(
    ("environment", "arguments"),
    [
        ({"PYTHONIOENCODING": "cp932"}, ("digest",)),
        ({"PYTHONIOENCODING": "cp932", "COLUMNS": "20"}, ("--help",)),
        ({"PYTHONIOENCODING": "ascii", "TERM": "dumb"}, ("search", "RetNet")),
        ({"LC_ALL": "C", "LANG": "C", "COLUMNS": "20"}, ("digest",)),
        ({"PYTHONIOENCODING": "cp932"}, ("show", "📮")),
    ],
)
def test_no_terminal_is_too_poor_to_be_written_to(
    dayori: Dayori, tmp_path: Path, environment: dict[str, str], arguments: tuple[str, ...]
) -> None:
    config = () if arguments == ("--help",) else ("--config", str(tmp_path / "bot.yaml"))
    ran = subprocess.run(
        [sys.executable, "-m", "bot", *arguments, *config],
        cwd=Path(__file__).parents[2],
        env=os.environ | environment,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == (1 if "📮" in arguments else 0), ran.stderr
    assert b"Traceback" not in ran.stderr
    assert ran.stdout or ran.stderr


def test_a_folder_to_import_is_named(dayori: Dayori) -> None:
    assert_one_line(dayori("import", "."), "「.」", 2)


@sqlite_file
def test_what_is_no_database_is_said_in_the_readers_language(dayori: Dayori, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no database " * 200, encoding="utf-8")
    assert_one_line(dayori("restore", str(file)), "データベースではないファイルです")


def test_a_backup_into_a_folder_that_is_not_there_is_told(dayori: Dayori, tmp_path: Path) -> None:
    assert_one_line(dayori("backup", "no/such/folder/copy.db"), "no/such/folder/copy.db")
    assert not (tmp_path / "no").exists()


def test_servers_are_listed_allowed_and_refused_in_the_terminal(dayori: Dayori) -> None:
    assert "最初に招待されたサーバー" in dayori("servers").stdout
    for decision, state in (("allow", "allowed"), ("refuse", "refused")):
        assert dayori("servers", decision, "123456789012345678").exit_code == 0
        assert document(dayori("servers", decision, "123456789012345678", "--json"))["servers"][0]["state"] == state
        [server] = document(dayori("servers", "--json"))["servers"]
        assert (server["id"], server["state"], server["name"]) == ("123456789012345678", state, "")
        assert "123456789012345678" in dayori("servers").stdout
    assert dayori("servers", "allow").exit_code == dayori("servers", "forget", "1").exit_code == 2


@pytest.mark.parametrize("token", ["", "  ", "''", '"\n"'])
def test_an_empty_token_is_none(dayori: Dayori, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", token)
    result = dayori("run")
    assert (result.exit_code, result.stdout.count("╭─")) == (0, 6)
    assert_one_line(dayori("post"), "DISCORD_TOKEN")


def test_a_password_in_an_address_is_shown_nowhere(dayori: Dayori, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("DAYORI_DATABASE_URL", "mysql://user:geheim@host/dayori"),
        ("DAYORI_DATABASE_URL", "sqlite+aiosqlite:///data/dayori.db?password=geheim"),
        ("DAYORI_SOURCES__ARXIV_URL", "ftp://user:geheim@proxy"),
        ("DAYORI_SOURCES__CONTACT", "https://user:geheim@lab.example"),
        ("DISCORD_TOKEN", "geheim geheim"),
    ):
        with monkeypatch.context() as environment:
            environment.setenv(name, value)
            assert_one_line(dayori("run"), name)
            told = dayori("doctor")
            assert (told.exit_code, told.stderr) == (1, "")
            assert name in told.stdout
            for result in (dayori("run"), told):
                assert "geheim" not in result.output


@sqlite_file
def test_a_doctor_of_nothing_tells_of_the_missing_database_and_makes_none(dayori: Dayori, tmp_path: Path) -> None:
    database = next(tmp_path.rglob("dayori.db"))
    database.unlink()
    result = dayori("doctor", "--json", "--offline")
    assert result.exit_code == 1
    [fault] = [each for each in json.loads(result.stdout)["checks"] if each["level"] != "ok"]
    assert fault["check"] == "database"
    assert "dayori run" in fault["message"]
    assert list(tmp_path.glob("*.db*")) == []


def test_a_typo_in_the_papers_file_stops_no_command_and_the_doctor_tells_of_it(dayori: Dayori, tmp_path: Path) -> None:
    file = tmp_path / "papers.yaml"
    file.write_text(STARTER.read_text(encoding="utf-8"), encoding="utf-8")
    settings = tmp_path / "bot.yaml"
    settings.write_text(settings.read_text().replace(str(STARTER), str(file)), encoding="utf-8")
    assert document(dayori("search", "RetNet", "--json"))["total"] >= 1
    file.write_text("papers:\n- titel: x\n", encoding="utf-8")
    assert document(dayori("search", "RetNet", "--json"))["total"] >= 1
    result = dayori("run")
    assert result.exit_code == 0
    assert "Retentive Network" in result.stdout
    assert f"{file.name}:2:" in result.stdout.replace("\n", "")
    result = dayori("doctor")
    assert result.exit_code == 1
    assert "papers.yaml:2:" in result.stdout.replace("\n", "")


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_statistics_fit_into_eighty_columns(dayori: Dayori, locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYORI_LOCALE", locale)
    long = "とても長いタグの名前をつける人がいても列はずれない"
    assert dayori("add", "2401.00001", "--title", "A Paper", "--tag", long).exit_code == 0
    lines = dayori("stats").stdout.splitlines()
    assert lines[0].startswith("7")
    assert max(map(cell_len, lines)) <= 80
    assert any(line.split()[1:2] == ["1"] and "…" in line and "█" in line for line in lines)


def test_statistics_are_one_document(dayori: Dayori) -> None:
    numbers = document(dayori("stats", "--json"))
    assert numbers["papers"] == 6
    assert len(numbers["months"]) == 12
    assert numbers["months"][-1]["papers"] == 6
    assert set(numbers["inbox"]) == {"waiting", "accepted", "rejected", "expired"}
    assert set(numbers["lookups"]) == {"weeks", "platforms"}


def test_searches_at_the_prompt_are_counted(dayori: Dayori) -> None:
    assert dayori("run", typed="/paper RetNet\n/paper ハルシネーション\n").exit_code == 0
    [platform] = document(dayori("stats", "--json"))["lookups"]["platforms"]
    assert platform == {"platform": "terminal", "lookups": 2}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_doctor_warns_when_others_may_read_the_tokens(dayori: Dayori, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SLACK_BOT_TOKEN=xoxb-1\n", encoding="utf-8")
    for mode, is_told in ((0o644, True), (0o600, False)):
        file.chmod(mode)
        output = dayori("doctor", "--offline").stdout
        assert ("chmod 600" in output and ".env" in output) == is_told
        assert "xoxb-1" not in output
