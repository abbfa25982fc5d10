"""Answers are parsed in another process with limits on time and memory, which can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.domain.dates import PaperDate
from bot.domain.errors import SourceBusyError, SourceError
from bot.sources.parser import Parser
from tests.doubles.web.answers import atom, citation

HOSTILE = "tests.sources.hostile_worker"


@pytest.fixture
async def parser() -> AsyncIterator[Parser]:
    opened = Parser(seconds=1.0, worker=HOSTILE)
    yield opened
    await opened.close()


async def reader_of(parser: Parser) -> int:
    return int((await parser.one("read", b"", name="A")).title or 0)


def noted(file: Path) -> str:
    return file.read_text() if file.exists() else ""


async def pid_in(file: Path) -> int:
    while not noted(file):
        await asyncio.sleep(0.01)
    return int(noted(file))


def is_there(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    return False


async def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_is_read(parser: Parser, tmp_path: Path) -> None:
    reader = await reader_of(parser)
    with pytest.raises(SourceError, match=r"The page of example\.org took too long to read\."):
        await parser.one("spin", b"", str(tmp_path / "pid"), name="example.org")
    assert not is_there(await pid_in(tmp_path / "pid"))
    assert await reader_of(parser) != reader


async def test_a_page_that_takes_too_much_memory_is_given_up(parser: Parser) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        await parser.one("eat", b"", name="A")
    assert await reader_of(parser)


@pytest.mark.parametrize("kind", ["fail", "die"])
async def test_a_page_that_breaks_its_reader_is_told_in_a_sentence(parser: Parser, kind: str) -> None:
    with pytest.raises(SourceError, match="The answer of A cannot be read"):
        await parser.one(kind, b"\x31", name="A")
    assert await reader_of(parser)


async def test_a_reader_that_the_system_killed_while_it_waited_costs_no_page(parser: Parser) -> None:
    killed = await reader_of(parser)
    os.kill(killed, signal.SIGKILL)
    while is_there(killed):
        await asyncio.sleep(0.01)
    assert await reader_of(parser) != killed


async def test_others_are_served_while_a_page_is_read(parser: Parser, tmp_path: Path) -> None:
    slow = asyncio.create_task(parser.one("spin", b"", str(tmp_path / "pid"), name="A"))
    await pid_in(tmp_path / "pid")
    began, longest = time.perf_counter(), 0.0
    while not slow.done():
        turn = time.perf_counter()
        await asyncio.sleep(0)
        longest = max(longest, time.perf_counter() - turn)
        if time.perf_counter() - began < 0.3:
            assert await reader_of(parser)  # a second process handles other answers meanwhile
    assert longest < 0.5
    with pytest.raises(SourceError):
        await slow


async def test_an_answer_over_which_feedparser_takes_half_a_minute_is_given_up() -> None:
    entry = {"title": "A", "authors": ["1" * 100_000 + "x", "B"], "published": "2024-01-01T00:00:00Z", "abstract": "C"}
    parser = Parser(seconds=2.0)
    with pytest.raises(SourceError, match="took too long to read"):
        await parser.all("arxiv", atom({"2401.00001v1": entry}).body, name="arXiv")
    await parser.close()


async def test_a_process_that_answers_is_kept_for_the_next_answer(parser: Parser) -> None:
    assert await reader_of(parser) == await reader_of(parser)


async def test_a_look_up_that_is_given_up_leaves_no_process_behind(parser: Parser, tmp_path: Path) -> None:
    slow = asyncio.create_task(parser.one("spin", b"", str(tmp_path / "pid"), name="A"))
    pid = await pid_in(tmp_path / "pid")
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert not is_there(pid)


async def test_closing_leaves_no_process_behind() -> None:
    parser = Parser(worker=HOSTILE)
    pids = set(await asyncio.gather(*(reader_of(parser) for _ in range(4))))
    await parser.close()
    assert not any(map(is_there, pids))


@pytest.mark.parametrize("kind", ["read", "spin"])
def test_a_bot_that_is_killed_leaves_no_process_behind(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    program = f"""
import asyncio, pathlib
from bot.sources.parser import Parser
async def main():
    parser = Parser(seconds=60, worker={HOSTILE!r})
    if {kind!r} == "spin":
        await parser.one("spin", b"", {str(file)!r}, name="A")
    pathlib.Path({str(file)!r}).write_text((await parser.one("read", b"", name="A")).title)
    await asyncio.sleep(60)
asyncio.run(main())"""
    bot = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[2])
    pid = asyncio.run(asyncio.wait_for(pid_in(file), 20))
    assert is_there(pid)
    bot.send_signal(signal.SIGKILL)
    bot.wait()
    until = time.monotonic() + 20
    while is_there(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_there(pid)


async def test_what_a_real_reader_says_arrives_whole() -> None:
    parser = Parser()
    try:
        page = citation("論文 \U0001f600", "B, C", date="2024/1/1", doi="10.1234/a", pdf_url="a.pdf", abstract="D")
        metadata = await parser.one("webpage", page.body, "https://example.org/a", None, name="A")
        assert (metadata.title, metadata.authors, metadata.date) == ("論文 \U0001f600", ("C B",), PaperDate(2024, 1, 1))
        assert (metadata.links[0].url, metadata.identifiers.doi) == ("https://example.org/a.pdf", "10.1234/a")
        entry = {"title": "A", "authors": ["B"], "published": "2024-01-01T00:00:00Z", "abstract": "C"}
        papers = await parser.all("arxiv", atom({"2401.00001v1": entry, "2401.00002v1": entry}).body, name="A")
        assert [*papers] == ["2401.00001", "2401.00002"]
        with pytest.raises(SourceBusyError) as caught:
            await parser.all("arxiv", b"Rate exceeded.", name="A")
        assert caught.value.seconds == 60
    finally:
        await parser.close()
