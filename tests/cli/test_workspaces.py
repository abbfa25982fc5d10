"""One collection for a Discord server and a Slack team, from the terminal."""

from __future__ import annotations

import json
import re

import pytest

from tests.terminal import Dayori, assert_one_line, document, make_workspace

SERVER = "discord:123456789012345678"


@pytest.fixture
def tied(dayori: Dayori, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Dayori:
    """Return the terminal after the settings tied a server that had its own workspace, with two papers in it."""
    monkeypatch.setenv("DAYORI_SHARING", "hosted")
    make_workspace(database_url, SERVER)
    for title in ("One", "Four"):
        assert (
            dayori(
                "add", f"2401.0000{len(title)}", "--title", title, "--comment", "前から", "--workspace", SERVER
            ).exit_code
            == 0
        )
    monkeypatch.setenv("DAYORI_WORKSPACES", json.dumps({"lab": [SERVER, "slack:T0123456789"]}))
    return dayori


def test_what_the_doctor_says_of_earlier_papers_moves_them(tied: Dayori) -> None:
    before = {each["check"]: each for each in document(tied("doctor", "--json"))["checks"]}
    check = before[f"workspace {SERVER}"]
    assert check["level"] == "warning"
    assert "論文2本" in check["message"]
    for command in re.findall(r"dayori (?:export|import) [ -~]+", check["remedy"]):
        assert tied(*command.split()[1:]).exit_code == 0
    moved = document(tied("export", "--format", "json", "--workspace", "lab"))["papers"]
    assert {each["title"] for each in moved} == {"One", "Four"}
    after = {each["check"] for each in document(tied("doctor", "--json"))["checks"]}
    assert f"workspace {SERVER}" not in after
    assert "collection lab" in after


def test_a_workspace_of_the_settings_is_there_before_anybody_used_it(
    dayori: Dayori, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYORI_WORKSPACES", json.dumps({"lab": [SERVER]}))
    assert_one_line(dayori("search", "RetNet", "--workspace", "labo"), "使えるのは lab")
    assert_one_line(dayori("search", "RetNet", "--workspace", SERVER), "使うワークスペースは「lab」です")
    assert document(dayori("search", "RetNet", "--json", "--workspace", "lab"))["total"] == 0
