"""`dayori copy-store` moves everything and prints what it compared."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stores import sqlite_file
from tests.terminal import Dayori, everything


def test_a_store_is_copied_to_a_file_and_its_tables_are_printed(
    dayori: Dayori, database_url: str, tmp_path: Path
) -> None:
    dayori("search", "RetNet")
    result = dayori("copy-store", database_url, f"{tmp_path}/copy.db")
    assert result.exit_code == 0, result.output
    assert "papers" in result.stdout and "二つのデータベースの中身は同じです。" in result.stdout
    again = dayori("copy-store", f"{tmp_path}/copy.db", f"{tmp_path}/again.db", "--json")
    copied = {each["name"]: (each["rows"], each["checksum"]) for each in json.loads(again.stdout)["tables"]}
    assert copied["papers"][0] == 6 and copied["papers"][1] in result.stdout


def test_a_copy_that_cannot_be_made_is_one_line(dayori: Dayori, database_url: str, tmp_path: Path) -> None:
    dayori("search", "RetNet")
    (tmp_path / "there.db").write_text("")
    for target, words in (
        (f"{tmp_path}/there.db", "すでにあります"),
        (f"{tmp_path}/there.db/below.db", "ファイルです"),
    ):
        result = dayori("copy-store", database_url, target)
        assert result.exit_code == 1
        assert words in result.stderr and result.stderr.count("\n") == 1


@sqlite_file
@pytest.mark.parametrize("most", [64, 300])  # kB: within its tables, and behind them
def test_a_copy_for_which_there_is_no_room_is_one_line(dayori: Dayori, tmp_path: Path, most: int) -> None:
    everything(dayori)
    line = f"ulimit -f {2 * most}; exec {sys.executable} -m bot copy-store dayori.db copy.db --config bot.yaml"
    done = subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n"), (tmp_path / "copy.db").exists()) == (1, 1, False)
    assert "copy.db" in done.stderr
