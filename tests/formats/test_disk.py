"""A file is replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

from bot.formats.disk import read_if_there, replace_if_still


def test_a_file_is_made_replaced_and_left_without_rests(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "papers.yaml"
    assert read_if_there(file) is None
    assert replace_if_still(file, b"a", None)
    assert replace_if_still(file, b"b", b"a")
    assert (read_if_there(file), [each.name for each in file.parent.iterdir()]) == (b"b", ["papers.yaml"])


def test_what_somebody_else_wrote_meanwhile_stays(tmp_path: Path) -> None:
    file = tmp_path / "papers.yaml"
    file.write_bytes(b"theirs")
    for expected in (None, b"ours"):
        assert not replace_if_still(file, b"new", expected)
    assert [each.name for each in tmp_path.iterdir()] == ["papers.yaml"]
    assert file.read_bytes() == b"theirs"
