"""`dayori copy-store` moves everything and prints what it compared."""

from __future__ import annotations

import json
from pathlib import Path

from tests.terminal import Dayori


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
    for target, words in ((f"{tmp_path}/there.db", "すでにあります"), ("postgres://x", "postgresql+asyncpg://")):
        result = dayori("copy-store", database_url, target)
        assert result.exit_code == 1
        assert words in result.stderr and result.stderr.count("\n") == 1
