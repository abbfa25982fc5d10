"""A bot that is stopped during its start ends at once with status 0, and one that cannot start with one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import STARTER
from tests.nowhere import SOURCES

_ROOT = Path(__file__).parents[1]


def started(folder: Path) -> subprocess.Popen[bytes]:
    file = folder / "bot.yaml"
    file.write_text(f"papers_file: {STARTER}\nsources: {json.dumps(SOURCES)}\n", encoding="utf-8")
    code = (
        "import sys; sys.argv[0] = 'dayori'; import bot.__main__, bot.termination;"
        "bot.termination.exit_on_sigterm();"
        "assert 'bot.cli.program' not in sys.modules; sys.stderr.write('!'); sys.stderr.flush(); bot.__main__.main()"
    )
    environment = {key: value for key, value in os.environ.items() if key != "DISCORD_TOKEN"}
    return subprocess.Popen(
        [sys.executable, "-c", code, "run", "--config", str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=_ROOT,
        env=environment,
    )


def test_the_first_moment_comes_before_whatever_takes_time_to_import() -> None:
    code = "import sys; before = set(sys.modules); import bot.__main__; print(*sorted(set(sys.modules) - before))"
    new = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=_ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {"signal", "bot.termination"} <= set(new.split())
    assert not {"asyncio", "typing", "bot.cli.program"} & set(new.split())


@pytest.mark.parametrize("wait", [0.02, 0.1, 0.2, 0.3, 0.5, 0.8, 1.5])
def test_sigterm_in_any_moment_of_a_start_ends_with_0(tmp_path: Path, wait: float) -> None:
    process = started(tmp_path)
    assert process.stderr
    while process.stderr.read(1) != b"!":
        pass
    time.sleep(wait)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert process.wait(9) == 0
    assert time.monotonic() - began < 8
    assert b"Traceback" not in process.stderr.read()
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream
        stream.close()


@pytest.mark.parametrize(
    "options", [("--config", "{}"), ("--config={}",), ("--config", "{}", "--workspace", "default")]
)
def test_a_start_with_wrong_settings_ends_alike_however_its_options_are_written(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    file = tmp_path / "bot.yaml"
    file.write_text("locale: en\ntimezone: nowhere\n", encoding="utf-8")
    command = [sys.executable, "-m", "bot", "run", *(option.format(file) for option in options)]
    ended = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    reason = f'{file}:2:11: "timezone" cannot be "nowhere": not a timezone; write it like Asia/Tokyo'
    assert (ended.returncode, ended.stdout, ended.stderr.strip()) == (1, "", reason)
