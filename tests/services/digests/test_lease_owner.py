"""A process is reported dead only when that is certain."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.services.digests.lease_owner import has_ended, new_owner, process_space

_TELL = (
    "import sys; from bot.services.digests.lease_owner import new_owner;"
    "print(new_owner(), flush=True); sys.stdin.read()"
)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the lease alone decides")


@linux_only
def test_a_process_is_alive_until_it_has_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _TELL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert name.split()[1] == str(process.pid)
        assert not has_ended(name)
        process.communicate("")
    assert has_ended(name)


def test_we_are_alive_and_no_two_holders_have_one_name() -> None:
    assert not has_ended(new_owner())
    assert new_owner() != new_owner()


@linux_only
def test_another_process_under_our_number_is_not_us() -> None:
    place, pid, began, number = new_owner().split(" ")
    assert has_ended(f"{place} {pid} {int(began) - 1} {number}")


@pytest.mark.parametrize(
    "name", ["elsewhere 1 0", "", process_space(), f"{process_space()} x 0", f"other/{process_space()} 1 0"]
)
def test_what_cannot_be_known_counts_as_alive(name: str) -> None:
    assert not has_ended(name)
