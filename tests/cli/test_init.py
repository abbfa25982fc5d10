"""An installed program runs in an empty folder, and writes its files out to be edited."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from bot.packaged_files import packaged_file
from tests.terminal import Dayori, assert_one_line


def test_an_empty_folder_gets_the_settings_and_the_starter_collection(dayori: Dayori, tmp_path: Path) -> None:
    output = dayori("init", "fresh").stdout
    for name in ("bot.yaml", "papers.yaml"):
        assert (tmp_path / "fresh/config" / name).read_bytes() == packaged_file(name).read_bytes()
        assert f"fresh/config/{name}" in output
    assert "fresh/.env" in output


def test_a_file_that_is_there_stays_as_it_is(dayori: Dayori, tmp_path: Path) -> None:
    (tmp_path / "fresh/config").mkdir(parents=True)
    (tmp_path / "fresh/config/bot.yaml").write_text("locale: en\n", encoding="utf-8")
    assert "そのまま" in dayori("init", "fresh").stdout
    assert (tmp_path / "fresh/config/bot.yaml").read_text(encoding="utf-8") == "locale: en\n"
    assert (tmp_path / "fresh/config/papers.yaml").exists()


def test_a_folder_that_cannot_be_made_is_told(dayori: Dayori, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert_one_line(dayori("init", "file/folder"), "書き込めません")


def test_without_a_papers_file_the_starter_collection_fills_the_collection(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "export", "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.count('"title"') == 6


def test_the_wheel_holds_both_files(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    [wheel] = WheelBuilder(str(Path(__file__).parents[2])).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        for name in ("bot.yaml", "papers.yaml"):
            assert archive.read(f"bot/config_files/{name}") == packaged_file(name).read_bytes()
