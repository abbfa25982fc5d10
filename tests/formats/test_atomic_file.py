"""A file is replaced completely or not at all."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.errors import FileError
from bot.formats.atomic_file import MOST_BYTES, read_if_exists, read_regular, replace_if_unchanged, write_private
from bot.formats.registry import read_file


def test_a_file_is_made_replaced_and_left_without_rests(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "papers.yaml"
    assert read_if_exists(file) is None
    assert replace_if_unchanged(file, b"a", None)
    assert replace_if_unchanged(file, b"b", b"a")
    assert (read_if_exists(file), [each.name for each in file.parent.iterdir()]) == (b"b", ["papers.yaml"])


def test_what_somebody_else_wrote_meanwhile_stays(tmp_path: Path) -> None:
    file = tmp_path / "papers.yaml"
    file.write_bytes(b"theirs")
    for expected in (None, b"ours"):
        assert not replace_if_unchanged(file, b"new", expected)
    assert [each.name for each in tmp_path.iterdir()] == ["papers.yaml"]
    assert file.read_bytes() == b"theirs"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_a_new_file_and_its_folders_are_their_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "one" / "two" / "papers.yaml"
    assert replace_if_unchanged(file, b"a", None)
    with write_private(file.with_name("export.yaml")) as stream:
        stream.write("論文".encode())
    modes = [mode(each) for each in (file, file.with_name("export.yaml"), file.parent, file.parent.parent)]
    assert modes == [0o600, 0o600, 0o700, 0o700]


@pytest.mark.parametrize("given", [0o600, 0o640, 0o664])
def test_a_file_that_is_there_keeps_its_mode(tmp_path: Path, given: int) -> None:
    file = tmp_path / "papers.yaml"
    file.write_bytes(b"a")
    file.chmod(given)
    assert replace_if_unchanged(file, b"b", b"a")
    assert mode(file) == given
    with write_private(file) as stream:
        stream.write(b"c")
    assert (mode(file), file.read_text()) == (given, "c")


def test_the_file_beside_is_never_readable_by_others_nor_a_link_into_another(tmp_path: Path) -> None:
    file, other = tmp_path / "papers.yaml", tmp_path / "other"
    other.write_bytes(b"not ours")
    file.with_name(".papers.yaml.dayori").symlink_to(other)
    assert replace_if_unchanged(file, b"a", None)
    assert (other.read_bytes(), file.read_bytes(), file.is_symlink()) == (b"not ours", b"a", False)


@pytest.fixture(params=["folder", "pipe", "socket", "device", "link to a device"])
def no_file(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Return a path that is not a regular file."""
    path = tmp_path / "papers.yaml"
    with socket.socket(socket.AF_UNIX) as listening:
        match request.param:
            case "folder":
                path.mkdir()
            case "pipe":
                os.mkfifo(path)
            case "socket":
                listening.bind(str(path))
            case "device":
                path = Path("/dev/zero")
            case _:
                path.symlink_to("/dev/zero")
        yield path


def test_only_a_file_is_read(no_file: Path) -> None:
    with pytest.raises(FileError, match="not a file but a folder, a pipe or a device"):
        read_regular(no_file)
    with pytest.raises(FileError):
        read_file(no_file, "yaml")


def test_a_file_is_read_up_to_a_size(tmp_path: Path) -> None:
    file = tmp_path / "papers.yaml"
    file.write_bytes(bytes(3_000_000))
    assert len(read_regular(file, 3_000_000)) == 3_000_000
    with pytest.raises(FileError, match="larger than 2 MB"):
        read_regular(file, 2_999_999)
    os.truncate(file, MOST_BYTES + 1)
    with pytest.raises(FileError, match="larger than 200 MB"):
        read_file(file)
