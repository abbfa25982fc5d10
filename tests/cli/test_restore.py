"""A copy is checked before it takes the database's place, and the one before is kept."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.backups import back_up, restore_copy
from tests.stores import sqlite_file
from tests.terminal import Dayori, assert_one_line, everything

pytestmark = sqlite_file


def test_a_copy_comes_back_and_the_database_before_it_is_kept(dayori: Dayori, tmp_path: Path) -> None:
    before = everything(dayori)
    dayori("backup", "copy.db")
    dayori("remove", "retnet", "--yes")
    output = dayori("restore", "copy.db").stdout
    assert "copy.db" in output
    assert everything(dayori) == before
    [kept] = tmp_path.glob("dayori.db.before-*Z")
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM papers").fetchone()[0] == len(before) - 1


def test_a_damaged_database_is_told_with_the_way_back(dayori: Dayori, tmp_path: Path) -> None:
    before = everything(dayori)
    (tmp_path / "backups").mkdir()
    dayori("backup", "backups/dayori-2026-11-26.db")
    dayori("backup", "backups/dayori-2026-11-27.db")
    (tmp_path / "dayori.db").write_bytes(b"x" * 8192)
    error = dayori("export")
    assert_one_line(error, "壊れて")
    assert "dayori restore " in error.stderr
    assert "dayori-2026-11-27.db" in error.stderr
    assert dayori("restore", "backups/dayori-2026-11-27.db").exit_code == 0
    assert everything(dayori) == before


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_database_that_is_gone_or_empty_is_not_begun_anew_beside_its_copies(
    dayori: Dayori, tmp_path: Path, is_gone: bool
) -> None:
    before = everything(dayori)
    (tmp_path / "backups").mkdir()
    dayori("backup", "backups/dayori-2026-11-27.db")
    database = tmp_path / "dayori.db"
    database.unlink() if is_gone else database.write_bytes(b"")
    refused = dayori("export")
    assert_one_line(refused, "コピー")
    assert "dayori restore " in refused.stderr
    assert f"dayori restore {tmp_path}/backups/dayori-2026-11-27.db\n" in dayori("doctor", "--offline").stdout
    assert dayori("restore", "backups/dayori-2026-11-27.db").exit_code == 0
    assert everything(dayori) == before
    database.unlink()
    (tmp_path / "backups").rename(tmp_path / "elsewhere")
    assert len(everything(dayori)) == len(before)  # the starter collection again


def test_a_flipped_byte_in_a_text_is_damage_and_the_text_is_not_quoted(dayori: Dayori, tmp_path: Path) -> None:
    before = everything(dayori)
    (tmp_path / "backups").mkdir()
    dayori("backup", "backups/dayori-2026-11-27.db")
    database = tmp_path / "dayori.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.write_bytes(database.read_bytes().replace("手応え".encode(), b"\xff" + "手応え".encode()[1:]))
    refused = dayori("export", "--format", "json")
    assert refused.exit_code == 1
    assert "壊れて" in refused.stderr
    assert "dayori restore " in refused.stderr
    assert "ChatGPT" not in refused.stderr
    assert "dayori restore " in dayori("doctor", "--offline").stdout
    assert dayori("restore", "backups/dayori-2026-11-27.db").exit_code == 0
    assert everything(dayori) == before


def test_a_damaged_page_is_found_before_a_copy_is_used(dayori: Dayori, tmp_path: Path) -> None:
    before = everything(dayori)
    dayori("backup", "copy.db")
    content = bytearray((tmp_path / "copy.db").read_bytes())
    content[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    (tmp_path / "copy.db").write_bytes(content)
    assert_one_line(dayori("restore", "copy.db"), "copy.db")
    assert everything(dayori) == before


def test_what_is_no_database_or_not_there_or_newer_is_refused(dayori: Dayori, tmp_path: Path) -> None:
    before = everything(dayori)
    (tmp_path / "text.db").write_text("not a database at all " * 100)
    assert_one_line(dayori("restore", "text.db"), "text.db")
    assert_one_line(dayori("restore", "nowhere.db"), "nowhere.db")
    dayori("backup", "newer.db")
    with closing(sqlite3.connect(tmp_path / "newer.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert_one_line(dayori("restore", "newer.db"), "新しい")
    assert everything(dayori) == before
    assert not list(tmp_path.glob("*before-*"))


def test_a_locked_database_is_not_called_damaged(dayori: Dayori, tmp_path: Path) -> None:
    everything(dayori)
    with closing(sqlite3.connect(tmp_path / "dayori.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        assert_one_line(dayori("export"), "ロック")


def test_a_damaged_page_is_told_in_one_line_by_what_reads_it(dayori: Dayori, tmp_path: Path) -> None:
    everything(dayori)
    with closing(sqlite3.connect(tmp_path / "dayori.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'history'").fetchone()
    with (tmp_path / "dayori.db").open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xff" * 4096)
    result = dayori("history")
    assert_one_line(result, "壊れて")
    assert "dayori restore" in result.stderr
    assert "壊れて" in dayori("doctor").stdout


async def test_two_copies_brought_back_in_one_second_keep_both_databases_before_them(tmp_path: Path) -> None:
    database, now = tmp_path / "dayori.db", datetime(2026, 11, 27, tzinfo=UTC)
    kept: list[bytes] = []
    for name in ("first", "second", "third"):
        copy = tmp_path / f"{name}.db"
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute(f"CREATE TABLE {name} (id)")
        if before := await restore_copy(copy, database, now):
            kept.append(before.read_bytes())
    assert [b"TABLE first" in kept[0], b"TABLE second" in kept[1]] == [True, True]
    assert len(list(tmp_path.glob("dayori.db.before-*"))) == 2


def test_the_database_itself_is_no_copy_to_bring_back(dayori: Dayori, tmp_path: Path) -> None:
    everything(dayori)
    (tmp_path / "copy.db").symlink_to("dayori.db")
    for name in ("dayori.db", "copy.db"):
        assert_one_line(dayori("restore", name), "そのもの")
    assert not list(tmp_path.glob("dayori.db.before-*"))


def test_a_folder_or_a_pipe_is_not_said_to_be_missing(dayori: Dayori, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    for name in (".", "pipe.db"):
        assert_one_line(dayori("restore", name), "ファイルではありません")


def test_a_copy_that_is_stopped_by_a_signal_leaves_no_file(dayori: Dayori, tmp_path: Path) -> None:
    everything(dayori)
    command = (sys.executable, "-m", "bot", "copy-store", "dayori.db", "new.db", "--config", "bot.yaml")
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE)
    while process.poll() is None and not (tmp_path / ".new.db.unfinished").exists():
        time.sleep(0.001)
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (-signal.SIGTERM, b"")
    assert not [each.name for each in tmp_path.iterdir() if "new.db" in each.name]


async def test_an_interrupted_copy_leaves_the_database_and_no_file(tmp_path: Path) -> None:
    database, copy, new = (tmp_path / name for name in ("dayori.db", "copy.db", "new.db"))
    for each in (database, copy):
        with closing(sqlite3.connect(each)) as connection:
            connection.execute(f"CREATE TABLE {each.stem} (id)")
    before, now = database.read_bytes(), datetime(2026, 11, 27, tzinfo=UTC)
    for work in (restore_copy(copy, database, now), back_up(database, new)):
        task = asyncio.ensure_future(work)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert {each.name for each in tmp_path.iterdir()} == {"dayori.db", "copy.db"}
    assert database.read_bytes() == before


async def test_what_a_killed_copy_left_is_removed_by_the_next(tmp_path: Path) -> None:
    database, new = tmp_path / "dayori.db", tmp_path / "new.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE papers (id)")
    for ending in ("", "-journal", "-wal", "-shm"):
        (tmp_path / f".new.db.unfinished{ending}").write_bytes(b"half")
    await back_up(database, new)
    assert {each.name for each in tmp_path.iterdir()} == {"dayori.db", "new.db"}
    assert new.read_bytes()[28:] == database.read_bytes()[28:]
