"""Standard streams that are closed or full end a command in words, and never touch the database."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")


def run(tmp_path: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which `dayori` is the program, in an empty folder."""
    line = line.replace("dayori", f"{sys.executable} -m bot")
    return subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("command", ["export", "--help", "show retnet", "search RetNet --json", "run"])
def test_a_full_disk_behind_standard_output_is_one_line(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, f"dayori {command} < /dev/null > /dev/full")
    assert (done.returncode, done.stderr) == (1, "出力を書き込めません: ディスクがいっぱいです\n")


@pytest.mark.parametrize(
    ("command", "code"), [("search - <&-", 0), ("run <&-", 0), ("remove retnet <&-", 1), ("export <&- >&- 2>&-", 0)]
)
def test_a_closed_stream_is_an_empty_one(tmp_path: Path, command: str, code: int) -> None:
    done = run(tmp_path, f"dayori {command}")
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)


def test_no_file_of_the_bot_takes_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    program = "import os; os.close(2); import sys; from bot.standard_streams import *; open_missing_streams(); "
    done = run(tmp_path, f'{sys.executable} -c "{program}print(open(os.devnull).fileno() > 2, file=sys.stdout)"')
    assert done.stdout == "True\n"


def test_the_log_on_a_full_disk_stops_nothing(tmp_path: Path) -> None:
    program = "from bot.logs import *; configure_logs(()); structlog.get_logger().warning(1); print(2)"
    assert run(tmp_path, f'{sys.executable} -c "{program}" 2>/dev/full').stdout == "2\n"


@pytest.mark.parametrize(
    ("command", "line"), [("search -", "RetNet"), ("mcp", '{"jsonrpc": "2.0", "id": 1, "method": "ping"}')]
)
def test_ctrl_c_ends_a_command_that_waits_for_a_line(tmp_path: Path, command: str, line: str) -> None:
    if command == "mcp":
        pytest.importorskip("mcp")
    arguments = [sys.executable, "-m", "bot", *command.split()]
    with subprocess.Popen(arguments, cwd=tmp_path, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as waiting:
        assert waiting.stdin and waiting.stdout and waiting.stderr
        waiting.stdin.write(line + "\n")
        waiting.stdin.flush()
        assert waiting.stdout.readline()
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(15) == 130
        assert "rror" not in waiting.stderr.read()


def test_ctrl_c_while_modules_are_imported_ends_without_a_traceback() -> None:
    pressed = (
        "import sys\n"
        "class Press:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'structlog': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Press())\n"
        "from bot.__main__ import main\n"
        "main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", pressed], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")
