"""Without the extra `slack`, the bot says in one line what to do, and posts all the same."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.doubles.slack import SlackServer

PROJECT = Path(__file__).parents[3]
BOLT = ("slack_bolt", "slack_sdk")


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """Return a folder with all that is installed except Bolt."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    for each in Path(sysconfig.get_path("purelib")).iterdir():
        if not each.name.startswith(BOLT):
            (folder / each.name).symlink_to(each)
    return folder


def run(libraries: Path, server: SlackServer, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {"DAYORI_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/dayori.db", "DAYORI_LOCALE": "en"}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{PROJECT}{os.pathsep}{libraries}", **settings}
    command = [sys.executable, "-S", "-m", "bot", *arguments]
    environment |= server.environment
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


async def test_without_bolt_a_start_says_in_one_line_how_to_get_it(
    libraries: Path, server: SlackServer, tmp_path: Path
) -> None:
    result = run(libraries, server, tmp_path, "run")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].endswith(f'{sys.executable} -m pip install "ronbun-dayori[slack]"')
    assert "Traceback" not in result.stderr
