"""The papers file and the collection stay in sync; conflicts are reported, and neither side is lost."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.domain.errors import DayoriError, FileError
from bot.domain.paper import Paper
from bot.formats import yaml
from bot.i18n import Message
from bot.services.file_sync.sync import FileSync, SyncReport
from bot.services.papers.importing import Importer
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.undo import Undo
from bot.store.database import Database
from bot.store.state import write_state
from bot.store.workspaces import find_or_add
from tests.collection import all_papers
from tests.doubles.clock import AdjustableClock
from tests.samples import paper

TEXT = """\
# our papers
papers:
- id: a
  title: A  # the first
  authors: [X, Y]

# older
- id: b
  title: B
"""
Answer = Callable[[], Awaitable[object]]
Contents = dict[str, tuple[object, ...]]
Change = Callable[[Paper], Paper]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "papers.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def file_sync(database: Database, clock: AdjustableClock, importer: Importer, workspace: int, file: Path) -> FileSync:
    return FileSync(database, clock, importer, workspace, file)


def commented(text: str) -> Change:
    return lambda old: replace(old, comment=text)


def told(report: SyncReport) -> list[str]:
    return [f"{id}: {why.text('en')}" for id, why in report.conflicts]


def moved(report: SyncReport) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return what was added, updated and removed here, and what was written to the file."""
    return report.imported.added, report.imported.updated, report.removed, report.written


def said(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def say(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def raw(file: Path) -> bytes:
    return file.read_bytes()


def put(file: Path, content: bytes | None) -> None:
    file.unlink()
    if content is not None:
        file.write_bytes(content)


def rights(file: Path) -> int:
    return file.stat().st_mode & 0o777


async def until(answer: Answer) -> None:
    """Wait until the answer is true, for at most ten seconds."""
    for _ in range(500):
        if await answer():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def in_text(file: Path, text: str, *also: object) -> bool:
    return text in said(file) and all(also)


async def with_organization(lookup: Lookup, workspace: int, name: str) -> bool:
    return (await lookup.get(workspace, "a")).organization == name


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


async def both(lookup: Lookup, workspace: int, file: Path) -> tuple[Contents, Contents]:
    """Return the contents of both sides by paper id."""
    here = {paper.id: paper.content for paper in await all_papers(lookup, workspace)}
    return here, {paper.id: paper.content for paper in yaml.read(said(file), "f")}


async def test_at_first_the_file_fills_the_collection_and_stays_as_it_is(file_sync: FileSync, file: Path) -> None:
    assert moved(await file_sync.sync()) == (["b", "a"], [], [], [])
    assert said(file) == TEXT
    assert moved(await file_sync.sync()) == ([], [], [], [])


async def test_every_change_here_is_written_into_the_file_and_nothing_else(
    file_sync: FileSync, library: Library, workspace: int, file: Path, reversal: Undo
) -> None:
    await file_sync.sync()
    await library.edit(workspace, "b", None, commented("よい"))
    await library.add(workspace, paper(1), None)
    await library.add(workspace, paper(2), None)
    assert moved(await file_sync.sync()) == ([], [], [], ["b", "paper-1", "paper-2"])
    text = said(file)
    assert text.startswith("# our papers\npapers:\n- id: paper-2\n")
    assert text.index("- id: paper-1") < text.index(
        "- id: a\n  title: A  # the first\n  authors: [X, Y]\n\n# older\n- id: b\n"
    )
    assert text.endswith("  title: B\n  comment: よい\n")
    await library.remove(workspace, "paper-1", None)
    await reversal.undo(workspace, None)
    await library.remove(workspace, "paper-1", None)
    await library.remove(workspace, "paper-2", None)
    await library.edit(workspace, "b", None, lambda old: replace(old, comment=None))
    await file_sync.sync()
    assert said(file) == TEXT


async def test_every_change_of_the_file_comes_in(
    file_sync: FileSync, lookup: Lookup, workspace: int, file: Path
) -> None:
    await file_sync.sync()
    number = [paper.id for paper in await all_papers(lookup, workspace)]
    say(file, TEXT.replace("title: A ", "title: Another ").replace("- id: b\n  title: B\n", "- id: c\n  title: C\n"))
    content = raw(file)
    assert moved(await file_sync.sync()) == (["c"], ["a"], ["b"], [])
    assert number != [paper.id for paper in await all_papers(lookup, workspace)]
    here, there = await both(lookup, workspace, file)
    assert here == there
    assert raw(file) == content


async def test_a_sync_that_changes_something_is_logged_with_its_counts(
    file_sync: FileSync, library: Library, workspace: int, file: Path
) -> None:
    await file_sync.sync()
    await library.edit(workspace, "a", None, commented("こちら"))
    with capture_logs() as lines:
        await file_sync.sync()
        await file_sync.sync()
    assert [(line["imported"], line["removed"], line["written"]) for line in lines] == [(0, 0, 1)]


async def test_what_both_changed_is_told_and_left_until_they_agree(
    file_sync: FileSync, library: Library, lookup: Lookup, workspace: int, file: Path
) -> None:
    await file_sync.sync()
    await library.edit(workspace, "a", None, commented("こちら"))
    await library.edit(workspace, "b", None, commented("よい"))
    rewrite(file, "title: A  # the first", "title: A  # the first\n  comment: あちら")
    assert told(report := await file_sync.sync()) == ["a: it was changed both here and in the file"]
    assert report.written == ["b"]
    assert (await lookup.get(workspace, "a")).comment == "こちら"
    assert "comment: あちら" in said(file)
    assert told(await file_sync.sync()) == ["a: it was changed both here and in the file"]
    rewrite(file, "\n  comment: あちら", "")
    assert moved(await file_sync.sync()) == ([], [], [], ["a"])
    here, there = await both(lookup, workspace, file)
    assert here == there


async def test_the_same_change_on_both_sides_is_no_conflict(
    file_sync: FileSync, library: Library, workspace: int, file: Path
) -> None:
    await file_sync.sync()
    await library.edit(workspace, "a", None, commented("同じ"))
    rewrite(file, "title: A  # the first", "title: A  # the first\n  comment: 同じ")
    assert moved(report := await file_sync.sync()) == ([], [], [], [])
    assert told(report) == []


async def test_removed_on_one_side_and_changed_on_the_other_is_told(
    file_sync: FileSync, library: Library, lookup: Lookup, workspace: int, file: Path
) -> None:
    await file_sync.sync()
    await library.edit(workspace, "b", None, commented("まだ要る"))
    await library.remove(workspace, "a", None)
    rewrite(file, "- id: b\n  title: B\n", "")
    rewrite(file, "title: A ", "title: Another ")
    report = await file_sync.sync()
    assert sorted(told(report)) == [
        "a: it was removed here and changed in the file",
        "b: it was removed from the file and changed here",
    ]
    assert [paper.id for paper in await all_papers(lookup, workspace)] == ["b"]
    assert "Another" in said(file)


@pytest.mark.parametrize("content", [b"", b"\n\n", None])
async def test_a_file_that_is_gone_or_empty_is_written_anew(
    file_sync: FileSync, lookup: Lookup, workspace: int, file: Path, content: bytes | None
) -> None:
    await file_sync.sync()
    put(file, content)
    assert (await file_sync.sync()).written == ["b", "a"]
    here, there = await both(lookup, workspace, file)
    assert here == there
    assert len(here) == 2


async def test_a_broken_file_is_told_with_its_place_and_nothing_is_lost(
    file_sync: FileSync, library: Library, lookup: Lookup, workspace: int, file: Path
) -> None:
    await file_sync.sync()
    await library.edit(workspace, "b", None, commented("よい"))
    rewrite(file, "authors: [X", "author: [X")
    broken = raw(file)
    with pytest.raises(FileError, match=r'papers.yaml:5:3: unknown key "author"'):
        await file_sync.sync()
    assert raw(file) == broken
    rewrite(file, "author: [X", "authors: [X")
    assert (await file_sync.sync()).written == ["b"]


async def test_a_crash_before_the_file_was_written_is_made_up_for_at_the_next_start(
    file_sync: FileSync,
    library: Library,
    lookup: Lookup,
    workspace: int,
    file: Path,
    database: Database,
    clock: AdjustableClock,
) -> None:
    await file_sync.sync()
    await library.edit(workspace, "b", None, commented("よい"))
    await library.add(workspace, paper(1), None)
    rewrite(file, "title: A ", "title: Another ")  # while nothing ran
    again = FileSync(database, clock, Importer(database, clock), workspace, file)
    assert moved(await again.sync()) == ([], ["a"], [], ["b", "paper-1"])
    here, there = await both(lookup, workspace, file)
    assert here == there


async def test_a_crash_after_the_file_was_written_changes_nothing_more(
    file_sync: FileSync, library: Library, workspace: int, file: Path, database: Database
) -> None:
    await file_sync.sync()
    async with database.read() as connection:
        notes = (await connection.exec_driver_sql("SELECT name, text FROM state WHERE name LIKE 'mirror:%'")).all()
    await library.edit(workspace, "b", None, commented("よい"))
    await library.remove(workspace, "a", None)
    await file_sync.sync()
    after = raw(file)
    async with database.write() as connection:  # undoes what the interrupted transaction would have recorded
        await write_state(connection, notes[0].name, notes[0].text)
    assert moved(report := await file_sync.sync()) == ([], [], [], [])
    assert (told(report), raw(file)) == ([], after)


async def test_a_paper_that_no_file_can_hold_holds_up_no_other(
    file_sync: FileSync, library: Library, workspace: int, file: Path
) -> None:
    await file_sync.sync()
    await library.edit(workspace, "a", None, commented(" "))
    await library.edit(workspace, "b", None, commented("よい"))
    report = await file_sync.sync()
    assert [id for id, _ in report.conflicts] == ["a"]
    assert said(file) == f"{TEXT}  comment: よい\n"


async def test_line_ends_and_rights_stay(file_sync: FileSync, library: Library, workspace: int, file: Path) -> None:
    put(file, b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    os.chmod(file, 0o640)
    await file_sync.sync()
    await library.edit(workspace, "b", None, commented("よい"))
    await file_sync.sync()
    assert raw(file) == b"\xef\xbb\xbf" + f"{TEXT}  comment: よい\n".replace("\n", "\r\n").encode()
    assert rights(file) == 0o640
    assert not [name for name in os.listdir(file.parent) if name.endswith(".dayori")]


async def test_a_file_with_the_line_ends_of_an_old_mac_is_followed(
    file_sync: FileSync, library: Library, workspace: int, file: Path
) -> None:
    put(file, TEXT.replace("\n", "\r").encode())
    await file_sync.sync()
    await library.edit(workspace, "b", None, commented("よい"))
    await file_sync.sync()
    assert said(file) == f"{TEXT}  comment: よい\n"


async def test_a_link_to_the_file_stays_a_link(
    database: Database, clock: AdjustableClock, importer: Importer, library: Library, workspace: int, file: Path
) -> None:
    link = file.with_name("link.yaml")
    link.symlink_to(file)
    file_sync = FileSync(database, clock, importer, workspace, link)
    await file_sync.sync()
    await library.edit(workspace, "b", None, commented("よい"))
    await file_sync.sync()
    assert link.is_symlink()
    assert "よい" in said(file)


async def test_imports_of_other_files_are_no_removals(
    file_sync: FileSync, importer: Importer, workspace: int, file: Path
) -> None:
    await file_sync.sync()
    await importer.run(workspace, [paper(1)], None)
    assert (await file_sync.sync()).written == ["paper-1"]
    changed = replace(paper(1), comment="別のファイルから")
    await importer.run(workspace, [changed], None)
    assert moved(await file_sync.sync()) == ([], [], [], ["paper-1"])


async def test_two_mirrors_of_one_file_lose_nothing(
    file_sync: FileSync,
    library: Library,
    lookup: Lookup,
    workspace: int,
    file: Path,
    database: Database,
    clock: AdjustableClock,
) -> None:
    other = FileSync(database, clock, Importer(database, clock), workspace, file)
    await file_sync.sync()
    for n in range(8):
        await library.add(workspace, paper(n), None)
        await asyncio.gather(file_sync.sync(), other.sync())
    here, there = await both(lookup, workspace, file)
    assert here == there
    assert len(there) == 10


async def test_a_mirror_that_reads_the_file_while_another_writes_it_removes_nothing(
    file_sync: FileSync,
    library: Library,
    lookup: Lookup,
    workspace: int,
    file: Path,
    database: Database,
    clock: AdjustableClock,
) -> None:
    class SlowDisk(ThreadPoolExecutor):
        """Gives what was read first only when the others are done."""

        first, others = True, threading.Event()

        def submit(self, fn: Any, /, *args: Any, **named: Any) -> Future[Any]:
            is_first, self.first = self.first, False
            return super().submit(lambda: (fn(*args, **named), is_first and self.others.wait(10))[0])

    await file_sync.sync()
    await library.add(workspace, paper(1), None)
    asyncio.get_running_loop().set_default_executor(disk := SlowDisk())
    late = asyncio.create_task(file_sync.sync())
    await asyncio.sleep(0.2)
    await FileSync(database, clock, Importer(database, clock), workspace, file).sync()
    disk.others.set()
    await late
    here, there = await both(lookup, workspace, file)
    assert here == there
    assert len(there) == 3


async def test_a_watcher_brings_both_sides_together_by_itself_and_tells_once(
    database: Database,
    clock: AdjustableClock,
    importer: Importer,
    library: Library,
    lookup: Lookup,
    workspace: int,
    file: Path,
) -> None:
    notices: list[str] = []

    async def tell(messages: Sequence[Message]) -> None:
        notices.extend(message.text("en") for message in messages)

    stop = asyncio.Event()
    watching = asyncio.create_task(FileSync(database, clock, importer, workspace, file, notify=tell).watch(stop))
    await until(lambda: library.history(workspace))
    await library.edit(workspace, "b", None, commented("よい"))
    await until(lambda: in_text(file, "よい"))
    rewrite(file, "authors: [X", "author: [X")
    await until(lambda: in_text(file, "author: ", notices))
    say(file, said(file).replace("author: [X, Y]", "organization: Z"))
    await until(lambda: with_organization(lookup, workspace, "Z"))
    changes = len(await library.history(workspace))
    await asyncio.sleep(1.3)
    assert len(await library.history(workspace)) == changes  # the bot's own write is not a change of the file
    stop.set()
    await asyncio.wait_for(watching, 5)
    assert len(notices) == 1
    assert 'unknown key "author"' in notices[0]


async def test_a_failure_that_nobody_foresaw_does_not_end_the_following(
    database: Database, clock: AdjustableClock, importer: Importer, library: Library, workspace: int, file: Path
) -> None:
    async def break_off(_: Sequence[Message]) -> None:
        raise RuntimeError

    stop = asyncio.Event()
    sync = FileSync(database, clock, importer, workspace, file, notify=break_off)
    with capture_logs() as lines:
        watching = asyncio.create_task(sync.watch(stop))
        await until(lambda: library.history(workspace))
        rewrite(file, "authors: [X", "author: [X")
        await until(lambda: logged(lines, "the papers file is not followed"))
        await library.edit(workspace, "b", None, commented("よい"))
        rewrite(file, "author: [X", "authors: [X")
        await until(lambda: in_text(file, "よい"))
        stop.set()
        await watching


async def logged(lines: Sequence[MutableMapping[str, Any]], event: str) -> bool:
    return any(line["event"] == event for line in lines)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["edit", "add", "remove", "undo", "file edit", "file add", "file remove", "meet", "restart"]),
        st.integers(0, 5),
        st.text("あい。#", min_size=1, max_size=3),
    ),
    max_size=14,
)


@settings(max_examples=25)
@given(_STEPS)
async def test_whatever_happens_both_sides_end_equal_but_for_what_is_told(
    database: Database,
    clock: AdjustableClock,
    importer: Importer,
    library: Library,
    lookup: Lookup,
    tmp_path: Path,
    reversal: Undo,
    steps: list[tuple[str, int, str]],
) -> None:
    clock.advance(seconds=1)
    workspace, _ = await find_or_add(database, f"{clock().isoformat()}", clock())
    file = tmp_path / f"{workspace}.yaml"
    say(file, "".join(yaml.write([paper(n) for n in range(3)])))
    file_sync = FileSync(database, clock, importer, workspace, file)
    await file_sync.sync()
    for what, n, text in steps:
        here, there = await both(lookup, workspace, file)
        papers = yaml.read(said(file), "f")
        id = f"paper-{n}"
        if what == "edit" and id in here:
            await library.edit(workspace, id, None, commented(text))
        elif what == "add" and id not in here:
            await library.add(workspace, paper(n, comment=text), None)
        elif what == "remove" and id in here:
            await library.remove(workspace, id, None)
        elif what == "undo" and here:
            with suppress(DayoriError):
                await reversal.undo(workspace, None)
        elif what == "file edit" and id in there:
            say(file, "".join(yaml.write([replace(each, comment=text) if each.id == id else each for each in papers])))
        elif what == "file add" and id not in there:
            say(file, "".join(yaml.write([*papers, paper(n, comment=text)])))
        elif what == "file remove" and len(papers) > 1:
            say(file, "".join(yaml.write([each for each in papers if each.id != id])))
        elif what == "meet":
            await file_sync.sync()
        elif what == "restart":
            file_sync = FileSync(database, clock, importer, workspace, file)
    report = await file_sync.sync()
    here, there = await both(lookup, workspace, file)
    differing = {id for id in here.keys() | there.keys() if here.get(id) != there.get(id)}
    assert differing == {id for id, _ in report.conflicts}
