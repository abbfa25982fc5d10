"""Faults of the database's file, of the papers file, of copies and of the machine: no platform is needed for them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bot.store.migrations import upgrade
from tests.faults.fault import Arrange, Fault, Scene, alone
from tests.faults.stage import Stage

_PAGE = 4096


def _sql(*statements: str) -> Arrange:
    def arrange(stage: Stage) -> None:
        with closing(sqlite3.connect(stage.database)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    return arrange


def _content(content: bytes) -> Arrange:
    def arrange(stage: Stage) -> None:
        stage.database.write_bytes(content)

    return arrange


def _truncated(stage: Stage) -> None:
    content = stage.database.read_bytes()
    stage.database.write_bytes(content[: len(content) // 2])


def _damaged_page(stage: Stage) -> None:
    """Overwrite the first page of the collection's papers."""
    with closing(sqlite3.connect(stage.database)) as connection:
        [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'papers'").fetchone()
    with stage.database.open("r+b") as file:
        file.seek(_PAGE * (page - 1))
        file.write(b"\xff" * _PAGE)


def _without_log(stage: Stage) -> None:
    """Leave the file as it was before the tables were made, and delete the log that holds them."""
    stage.database.unlink()
    with closing(sqlite3.connect(stage.database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA user_version=1")
    for each in stage.database.parent.glob("dayori.db-*"):
        each.unlink()


def _old(stage: Stage) -> None:
    """Make the database of an earlier version."""
    stage.database.unlink()
    upgrade(f"sqlite+aiosqlite:///{stage.database}", "0012")


def _folder_instead(stage: Stage) -> None:
    stage.database.unlink()
    stage.database.mkdir()


def _below_a_file(stage: Stage) -> None:
    (stage.folder / "file").write_text("")
    stage.settings["database_url"] = "sqlite+aiosqlite:///file/dayori.db"


def _papers(content: bytes) -> Arrange:
    def arrange(stage: Stage) -> None:
        (stage.folder / "papers.yaml").write_bytes(content)
        stage.settings["papers_file"] = "papers.yaml"

    return arrange


def _killed(stage: Stage) -> None:
    """Leave the note of a bot on another machine that has not beaten for a year."""
    beat = '{"at": "2025-11-27T00:00:00+00:00", "process": "other 1 1 1", "connections": {}}'
    _sql(f"INSERT INTO state (name, text) VALUES ('last tick', '{beat}')")(stage)


@contextmanager
def _small_things(stage: Stage) -> Iterator[None]:
    """Several faults with which the bot goes on."""
    (stage.folder / "data/file").write_text("")
    stage.settings["backups"] = {"folder": "file/copies"}
    stage.database.chmod(0o644)
    _killed(stage)
    yield


def _lost(stage: Stage) -> None:
    """Have copies of a database that is gone."""
    (stage.folder / "data/backups").mkdir()
    stage.database.rename(stage.folder / "data/backups/dayori-2026-11-26.db")


SCENES: tuple[Scene, ...] = (
    alone(
        "no database yet",
        lambda stage: stage.database.unlink(),
        check="database",
        doctor="まだありません",
        run="第1号",
        ends=0,
    ),
    alone(
        "a database that is gone, beside copies",
        _lost,
        check="database",
        doctor="dayori restore",
        run="コピーがあります",
    ),
    alone("an old database", _old, check="database", doctor="0012", run="第1号", ends=0),
    alone(
        "a newer database", _sql("UPDATE alembic_version SET version_num = '9999'"), check="database", doctor="新しい"
    ),
    alone("not a database", _content(b"papers: []\n" * 1000), check="database", doctor="壊れて"),
    alone(
        "PostgreSQL out of reach",
        lambda stage: stage.settings.update(database_url="postgresql+asyncpg://dayori:geheim@127.0.0.1:9/dayori"),
        check="database",
        doctor="127.0.0.1:9",
    ),
    alone("an empty file", _content(b""), check="database", doctor="空です", run="第1号", ends=0),
    alone("a truncated file", _truncated, check="database", doctor="壊れて"),
    alone("a damaged page", _damaged_page, check="integrity", doctor="壊れて"),
    alone("a deleted log (WAL)", _without_log, check="database", doctor="dayori run", run="第1号", ends=0),
    alone("a folder in its place", _folder_instead, check="database rights", doctor="フォルダ", run="開けません"),
    alone("a file in the folder's place", _below_a_file, check="database rights", doctor="ファイル", run="開けません"),
    alone(
        "a missing papers file",
        lambda stage: stage.settings.update(papers_file="nowhere.yaml"),
        check="papers file",
        doctor="nowhere.yaml",
        ends=0,
    ),
    alone(
        "a broken papers file", _papers(b"papers:\n- titel: x\n"), check="papers file", doctor="papers.yaml:2:", ends=0
    ),
    alone(
        "a papers file in Shift_JIS",
        _papers("papers:\n- title: 論文\n".encode("cp932")),
        check="papers file",
        doctor="UTF-8",
        ends=0,
    ),
    Scene(
        "what the bot can do without",
        _small_things,
        (
            Fault("copies cannot be written", "backup", "warning", "夜間バックアップ", "夜間バックアップ"),
            Fault("others may read the database", "database mode", "warning", "chmod 600", "chmod 600"),
            Fault("the bot fell over", "bot", "fault", "2025-11-27", "第"),
        ),
        ends=0,
    ),
)
