"""The check-up tells what the machine lacks, with the one thing to do."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.services.check import Check
from bot.services.storage_checks import site_check, start_warnings, storage_checks

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def found(tmp_path: Path, backups: Path | None = None) -> dict[str, Check]:
    file = tmp_path / "dayori.db"
    if not file.exists():
        file.write_bytes(b"")
        file.chmod(0o600)
    return {check.name: check for check in storage_checks(file, backups, NOW)}


def test_a_private_database_on_a_roomy_disk_is_well(tmp_path: Path) -> None:
    checks = found(tmp_path)
    assert {name: check.level for name, check in checks.items()} == {"disk": "ok"}
    assert checks["disk"].remedy is None


def test_a_full_disk_is_a_fault_and_a_tight_one_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, level in ((10_000_000, "fault"), (90_000_000, "warning"), (200_000_000, "ok")):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: type("Usage", (), {"free": free}))
        assert found(tmp_path)["disk"].level == level


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    found(tmp_path)
    (tmp_path / "dayori.db").chmod(0o400)
    assert found(tmp_path)["database rights"].level == "fault"


def test_old_copies_are_a_warning_and_none_yet_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    assert found(tmp_path, folder)["backup"].level == "ok"
    folder.mkdir()
    copy = folder / "dayori-2026-11-26.db"
    copy.write_bytes(b"")
    for age, level in ((timedelta(hours=30), "ok"), (timedelta(days=3), "warning")):
        os.utime(copy, ((NOW - age).timestamp(),) * 2)
        assert found(tmp_path, folder)["backup"].level == level


def test_a_start_tells_what_is_to_be_mended_and_nothing_of_old_copies(tmp_path: Path) -> None:
    file, folder, blocked = tmp_path / "dayori.db", tmp_path / "backups", tmp_path / "file"
    found(tmp_path)
    folder.mkdir()
    copy = folder / "dayori-2026-11-20.db"
    copy.write_bytes(b"")
    os.utime(copy, (0, 0))
    assert start_warnings(file, folder, folder) == []
    file.chmod(0o644)
    blocked.write_bytes(b"")
    assert [each.name for each in start_warnings(file, blocked / "copies", blocked / "site")] == [
        "database mode",
        "backup",
        "site",
    ]
    assert [each.name for each in start_warnings(None, blocked / "copies", None)] == ["backup"]


def test_a_site_whose_folder_takes_files_is_well(tmp_path: Path) -> None:
    assert site_check(tmp_path / "site" / "papers").level == "ok"
    (tmp_path / "file").write_bytes(b"")
    assert site_check(tmp_path / "file" / "site").level == "warning"
