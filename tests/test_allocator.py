"""A served bot's threads take their memory from one arena, so that it stays flat over months."""

from __future__ import annotations

import subprocess
import sys

import pytest

_COUNT = """
import ctypes, sys, threading
if sys.argv[1:]:
    from bot.allocator import share_one_arena
    share_one_arena()
together = threading.Barrier(6)
def work():
    blocks = [bytearray(1000) for _ in range(100)]
    together.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
for each in threads: each.start()
for each in threads: each.join()
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(c.fopen(b"/dev/stdout", b"w"))
c.malloc_info(0, out)
c.fflush(out)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="about glibc's allocator")
def test_all_threads_of_a_served_bot_share_one_arena() -> None:
    def arenas(*arguments: str) -> int:
        command = [sys.executable, "-c", _COUNT, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.count("<heap nr=")

    assert arenas("shared") == 1
    assert arenas() > 1
