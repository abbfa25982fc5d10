"""Every night a checked copy of the database and the papers as YAML; so many days are kept."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import App
from bot.domain.errors import StoreError
from bot.formats import yaml
from bot.services.backup_folder import newest_copy
from bot.services.backups import Backups
from bot.store.backups import check_copy
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

TOKYO = ZoneInfo("Asia/Tokyo")
NIGHT = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)  # 3 at night in Tokyo, on the 27th


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def backups(app: App, clock: AdjustableClock, folder: Path) -> Backups:
    clock.now = NIGHT - timedelta(hours=5)
    return Backups(app.database, clock, TOKYO, lambda: app.services.exporter, app.services.workspaces, folder, keep=3)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_a_copy_is_made_when_the_night_has_come_and_only_once(
    backups: Backups, clock: AdjustableClock, folder: Path
) -> None:
    clock.now = NIGHT - timedelta(seconds=1)
    await backups.run_if_due()
    assert not folder.exists()
    clock.now = NIGHT
    await backups.run_if_due()
    first = (folder / "dayori-2026-11-27.db").stat().st_mtime_ns
    clock.now += timedelta(hours=9)
    await backups.run_if_due()
    assert (folder / "dayori-2026-11-27.db").stat().st_mtime_ns == first


async def test_a_bot_that_was_off_at_night_makes_up_for_it_ten_minutes_after_its_start(
    app: App, clock: AdjustableClock, folder: Path
) -> None:
    clock.now = NIGHT + timedelta(hours=6)
    backups = Backups(
        app.database, clock, TOKYO, lambda: app.services.exporter, app.services.workspaces, folder, keep=3
    )
    await backups.run_if_due()
    assert not folder.exists()
    clock.now += timedelta(minutes=10)
    await backups.run_if_due()
    assert newest_copy(folder) == folder / "dayori-2026-11-27.db"


async def test_the_copy_is_whole_and_private_and_the_papers_are_there_as_yaml(
    backups: Backups, clock: AdjustableClock, app: App, folder: Path
) -> None:
    workspace = await app.services.workspaces.named("default")
    await app.services.library.add(workspace, paper(1), None)
    clock.now = NIGHT
    await backups.run_if_due()
    copy = folder / "dayori-2026-11-27.db"
    check_copy(copy)
    assert copy.stat().st_mode & 0o077 == 0
    text = (folder / "papers-2026-11-27.yaml").read_text(encoding="utf-8")
    assert [each.title for each in yaml.read(text, "papers.yaml")] == [paper(1).title]


async def test_only_the_last_days_are_kept_and_what_is_not_ours_stays(
    backups: Backups, clock: AdjustableClock, folder: Path
) -> None:
    folder.mkdir()
    (folder / "my-own-2020-01-01.db").write_text("mine")
    for day in range(5):
        clock.now = NIGHT + timedelta(days=day)
        await backups.run_if_due()
    days = ("2026-11-29", "2026-11-30", "2026-12-01")
    assert names(folder) == sorted(
        ["my-own-2020-01-01.db", *(f"dayori-{day}.db" for day in days), *(f"papers-{day}.yaml" for day in days)]
    )


async def test_a_folder_that_cannot_be_written_is_told_and_tried_again_in_an_hour(
    backups: Backups, clock: AdjustableClock, folder: Path
) -> None:
    folder.write_text("a file")
    clock.now = NIGHT
    with pytest.raises(StoreError):
        await backups.run_if_due()
    folder.unlink()
    clock.now += timedelta(minutes=59)
    await backups.run_if_due()
    assert not folder.exists()
    clock.now += timedelta(minutes=1)
    await backups.run_if_due()
    assert newest_copy(folder)


async def test_what_a_killed_process_left_is_removed_a_day_later(
    backups: Backups, clock: AdjustableClock, folder: Path
) -> None:
    folder.mkdir()
    left = [folder / name for name in (".dayori-2026-11-20.db.123", "..dayori-2026-11-20.db.123.unfinished-journal")]
    for each in left:
        each.write_text("half")
        os.utime(each, (0, 0))
    clock.now = NIGHT
    await backups.run_if_due()
    assert not any(each.exists() for each in left)
