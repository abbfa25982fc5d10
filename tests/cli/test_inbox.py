"""`dayori inbox`: by arguments for scripts, by single keys at a terminal."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.app import open_app
from bot.config import Config
from bot.domain.draft import Draft
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.services.workspaces import DEFAULT
from tests.finds import find, find_many
from tests.samples import paper
from tests.terminal import Dayori, assert_one_line, document, everything, on_a_terminal

TARO = Submitter("太郎", "reader:1", "ja", is_curator=False)


def fill(config: Config, finds: int, proposals: int = 0) -> None:
    """Put finds and proposals into the inbox; the finds have the lowest numbers."""

    async def work() -> None:
        async with open_app(config, serves=False) as app:
            workspace = await app.services.workspaces.named(DEFAULT)
            await find_many(app.database, workspace, app.clock, finds)
            proposing = Submission(app.database, app.clock, "curators")
            for n in range(finds + 1, finds + proposals + 1):
                await proposing.add(workspace, Draft(f"2401.{n:05}"), paper(n), TARO)

    asyncio.run(work())


def states(config: Config) -> Counter[str]:
    async def read() -> Counter[str]:
        async with open_app(config, serves=False) as app, app.database.read() as connection:
            query = (
                "SELECT coalesce(decision, CASE WHEN later_at IS NULL THEN 'waiting' ELSE 'later' END) FROM candidates"
            )
            return Counter((await connection.exec_driver_sql(query)).scalars())

    return asyncio.run(read())


def settings_file(config: Config, folder: Path) -> str:
    values = config.model_dump(mode="json", exclude={"project"}, exclude_none=True)
    (folder / "bot.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return str(folder / "bot.yaml")


def numbers(dayori: Dayori) -> list[int]:
    return [each["number"] for each in document(dayori("inbox", "--json"))["candidates"]]


def test_the_inbox_is_listed_for_scripts_with_who_brought_each(dayori: Dayori, config: Config) -> None:
    async def work() -> None:
        async with open_app(config, serves=False) as app:
            workspace = await app.services.workspaces.named(DEFAULT)
            await find(app.database, workspace, app.clock, paper(1), "arxiv-cl", "hf-daily", score=0.5)
            proposing = Submission(app.database, app.clock, "curators")
            await proposing.add(workspace, Draft("2401.00002"), paper(2), TARO)

    asyncio.run(work())
    proposal, found = document(dayori("inbox", "--json"))["candidates"]
    keys = {"number", "paper", "feeds", "proposed_by", "proposed_at", "score"}
    assert proposal.keys() == found.keys() == keys
    assert (proposal["number"], proposal["proposed_by"], proposal["feeds"], proposal["score"]) == (2, "太郎", [], None)
    assert (found["number"], found["proposed_by"], found["score"]) == (1, None, 0.5)
    assert found["feeds"] == ["arxiv-cl", "hf-daily"]
    assert (found["paper"]["title"], found["paper"]["identifiers"]) == (paper(1).title, {"arxiv": "2401.00001"})
    listed = dayori("inbox").stdout
    assert "太郎" in listed
    assert "arxiv-cl, hf-daily" in listed
    assert "50%" in listed


def test_a_list_of_finds_says_that_they_come_by_date(dayori: Dayori, config: Config) -> None:
    fill(config, 1)
    assert "フィードが見つけた論文は新しい順に並んでいます。" in dayori("inbox").stdout.replace("\n", "")


def test_a_script_accepts_with_its_own_words_rejects_puts_off_and_undoes(dayori: Dayori, config: Config) -> None:
    fill(config, 4)
    options = ("--headline", "見出し", "--comment", "読みました。", "--tag", "LLM")
    accepted = document(dayori("inbox", "accept", "4", *options, "--json"))
    assert (accepted["number"], accepted["state"], accepted["paper"]["headline"]) == (4, "accepted", "見出し")
    assert document(dayori("inbox", "reject", "3", "--json"))["state"] == "rejected"
    assert document(dayori("inbox", "later", "2", "--json"))["state"] == "later"
    assert numbers(dayori) == [1, 2]
    assert document(dayori("inbox", "undo", "--json"))["number"] == 2
    assert document(dayori("inbox", "undo", "4", "--json"))["state"] == "waiting"
    assert numbers(dayori) == [4, 2, 1]
    assert "の却下を取り消しました。受信箱に戻っています。" in dayori("inbox", "undo").stdout
    assert all(each["headline"] != "見出し" for each in everything(dayori))
    again = dayori("inbox", "accept", "4", *options)
    assert "「見出し」を採用しました。" in again.stdout
    assert "読みました。" in again.stdout


@pytest.mark.parametrize("act", ["accept", "reject", "later"])
def test_what_is_decided_is_said_in_one_line_and_ends_with_1(dayori: Dayori, config: Config, act: str) -> None:
    fill(config, 1)
    dayori("inbox", "reject", "1")
    assert_one_line(dayori("inbox", act, "1"), "あなたがすでに却下しています")
    assert_one_line(dayori("inbox", act, "1", "--json"), "あなたがすでに却下しています")


def test_an_undo_is_refused_where_the_paper_was_edited_since(dayori: Dayori, config: Config) -> None:
    fill(config, 1)
    assert_one_line(dayori("inbox", "undo"), "取り消せる判断がありません。")
    dayori("inbox", "accept", "1")
    dayori("edit", "paper-1", "--comment", "あとで書いたコメント")
    assert_one_line(dayori("inbox", "undo", "1"), "変更されている")
    assert [each["comment"] for each in everything(dayori) if each["id"] == "paper-1"] == ["あとで書いたコメント"]
    assert states(config) == Counter(accepted=1)


@pytest.mark.parametrize(
    "arguments", [("accept",), ("reject",), ("foo", "1"), ("reject", "1", "--comment", "x"), ("--comment", "x")]
)
def test_wrong_usage_ends_with_2(dayori: Dayori, arguments: tuple[str, ...]) -> None:
    result = dayori("inbox", *arguments)
    assert result.exit_code == 2
    assert "dayori inbox accept 3" in result.stderr


CARD = "╰─"  # the last line of a card, after which a key is awaited
FORM = [("見出し:", "新しい見出し\r"), ("コメント:", "\r"), ("タグ:", "\r")]


def keys(first: int, last: int, proposals: int = 0) -> list[tuple[str, str]]:
    """Return the keys for candidates one after another: accepted, rejected, put off, or accepted after a slip."""
    pressed = list[tuple[str, str]]()
    for n in range(first, last):
        slip = [(CARD, "r"), (CARD, "u")] if n % 4 == 3 else []
        key = "arla"[n % 4]
        pressed += [*slip, (CARD, key), *(FORM if key == "a" and n >= proposals else [])]
    return pressed


def test_twenty_candidates_are_decided_on_by_keys_with_a_restart_in_the_middle(config: Config, tmp_path: Path) -> None:
    fill(config, 16, 4)
    file = settings_file(config, tmp_path)
    on_a_terminal("inbox", "--config", file, keys=[*keys(0, 10, proposals=4), (CARD, "q")])
    assert states(config) == Counter(accepted=5, rejected=3, later=2, waiting=10)
    again = [*keys(10, 20), *[(CARD, "r")] * 5, ("受信箱は空です", "q")]
    on_a_terminal("inbox", "--config", file, keys=again)
    assert states(config) == Counter(accepted=10, rejected=10)


def test_leaving_at_a_key_or_in_a_form_changes_nothing(config: Config, tmp_path: Path) -> None:
    fill(config, 2)
    file = settings_file(config, tmp_path)
    for key in ("\x03", "\x04", "xyz\r q"):
        on_a_terminal("inbox", "--config", file, keys=[("終了 q", key)])
    stopped = [("終了 q", "a"), ("見出し:", "途中"), ("途中", "\x03"), ("何も変更していません", "q")]
    assert "中止しました" in on_a_terminal("inbox", "--config", file, keys=stopped)
    assert states(config) == Counter(waiting=2)
