"""What became known of a paper later stands in every file that people read, and reads back in those that keep it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from bot.domain.errors import FileError
from bot.domain.paper import make_paper
from bot.domain.paper_update import Update, make_update
from bot.formats import atom, bibtex, csl, entries, html, json, markdown, yaml
from bot.formats.atom import AtomFeed
from bot.formats.positions import PositionedTree
from bot.formats.registry import read_file
from bot.formats.update_line import line_of, parts_of
from bot.formats.yaml_document import read_document
from tests.formats.shared import UPDATES, full
from tests.samples import paper

PAPER = full(1)
PLAIN = replace(PAPER, updates=())


def test_a_line_reads_back() -> None:
    for update in (*UPDATES, make_update("code", UPDATES[0].date, "github.com/a/b", "https://github.com/a/b")):
        assert parts_of(line_of(update)).get("value", "") == update.value
        [read] = yaml.read(f"papers: [{{title: x, updates: ['{line_of(update)}']}}]", "f")
        assert read.updates == (update,)


@pytest.mark.parametrize(("suffix", "written"), [("md", markdown), ("html", html)])
def test_a_page_for_people_shows_updates_and_reads_back_without_them(
    tmp_path: Path, suffix: str, written: object
) -> None:
    file = tmp_path / f"papers.{suffix}"
    text = "".join((markdown if written is markdown else html).write([PAPER]))
    for sentence in ("v3が公開されました（2026年11月20日）", "撤回されました（2026年11月22日）"):
        assert sentence in text
    assert text.index("撤回されました") < text.index("v3が公開されました")  # a retraction comes first
    file.write_text(text, encoding="utf-8")
    [with_updates] = read_file(file)
    file.write_text("".join((markdown if written is markdown else html).write([PLAIN])), encoding="utf-8")
    assert [with_updates] == read_file(file)


def test_a_feed_tells_a_retraction_in_its_summary_and_the_entry_as_updated() -> None:
    edited = replace(PAPER, updated_at=datetime(2024, 1, 1, tzinfo=UTC))
    text = "".join(atom.write([edited], AtomFeed(UUID(int=1))))
    assert "<summary>撤回されました（2026年11月22日）\n" in text
    assert "<updated>2026-11-22T00:00:00Z</updated>" in text


def test_a_bibliography_tells_a_retraction_as_other_programs_read_it() -> None:
    assert "\n  note = {Retracted (22 November 2026)}" in "".join(bibtex.write([PAPER]))
    assert "\n  note = " not in "".join(bibtex.write([PLAIN]))
    assert '"status": "retracted"' in "".join(csl.write([PAPER]))


def test_without_updates_nothing_of_them_is_written() -> None:
    assert "updates" not in "".join(json.write([PLAIN])) + "".join(yaml.write([PLAIN]))


def test_an_update_of_an_unknown_kind_or_day_is_refused_with_its_place() -> None:
    for updates, place in (("[{kind: gossip, date: 2026-11-20}]", "gossip"), ("[version 2026-13-40 v3]", "2026-13-40")):
        with pytest.raises(FileError, match=place) as refused:
            yaml.read(f"papers:\n  - title: x\n    updates: {updates}\n", "f")
        assert refused.value.line == 3
    with pytest.raises(FileError):
        entries.read_entries(PositionedTree("f", {"papers": [{"title": "x", "updates": [{"kind": "version"}]}]}))


def test_a_papers_file_takes_an_update_and_every_other_line_stays() -> None:
    text = "# ours\npapers:\n  - id: paper-1  # first\n    title: A Paper on Subject 1\n    tags: [a]\n\n  - title: B\n"
    document = read_document(text, "f")
    old = document.entries[0].paper
    document.put(replace(old, updates=(Update("version", UPDATES[0].date, "v3"),)))
    new = text.replace(
        "    tags: [a]\n", "    tags: [a]\n    updates: [{kind: version, date: '2026-11-20', value: v3}]\n"
    )
    assert document.text() == new
    assert document.updates_of("paper-1") == (Update("version", UPDATES[0].date, "v3"),)
    assert document.updates_of("b") == document.updates_of("unknown") == ()


def test_a_paper_made_anew_has_no_updates() -> None:
    assert make_paper(title="x").updates == paper(1).updates == ()
