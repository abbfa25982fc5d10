"""Files, settings and lines that could block or break the terminal produce one sentence instead."""

from __future__ import annotations

import json
import os
from itertools import product
from pathlib import Path

import pytest

from tests.terminal import Dayori, assert_one_line, everything

LONG = "9" * 5000
_ENTRY = "@misc{a, title = {A},\n"
FILES: dict[str, str] = {
    "spaces.txt": "https://a.org/x" + " " * 99_000 + "https://b.org/y",
    "spaces.json": json.dumps({"papers": [{"title": "A", "links": ["https://a.org/x" + " " * 99_000 + "y"]}]}),
    "blank-lines.ris": "TY  - GEN\nTI  - A\nAB  - b\n" + "\n" * 200_000 + "ER  - \n",
    "spaces.bib": _ENTRY + " author = {A" + " " * 100_000 + "and B" + " " * 100_000 + "C}}",
    "brackets.txt": "[" * 100_000,
    "links.txt": "[](" * 33_000,
    "keys.json": json.dumps({"papers": [{"title": "A"} | {f"k{n}": n for n in range(60_000)}]}),
    "top-keys.json": json.dumps({f"k{n}": n for n in range(60_000)}),
    "twice.json": '{"papers": [{"title": "A", ' + "".join(f'"k{n}": 1, ' for n in range(60_000)) + '"title": "B"}]}',
    "year.csl.json": f'[{{"title": "A", "issued": {{"date-parts": [[{LONG}, {LONG}]]}}}}]',
    "number.json": f'{{"papers": [{{"title": {LONG}}}]}}',
    "float.json": '{"papers": [{"title": "A", "date": 1e999, "comment": NaN}]}',
    "year.yaml": f"papers:\n- title: A\n  date: {LONG}-{LONG}-{LONG}\n",
    "time.yaml": "papers:\n- title: A\n  added_at: 0001-01-01T00:00:00+14:00\n",
    "year.bib": _ENTRY + f" year = {LONG}, month = {LONG}, day = {LONG}}}",
    "year.ris": f"TY  - GEN\nTI  - A\nPY  - {LONG}/{LONG}/{LONG}\nDA  - {LONG}\nER  - \n",
    "deep.json": "[" * 100_000,
    "deep.yaml": "papers: " + "[" * 100_000,
    "deep-block.yaml": "- " * 100_000,
    "deep.bib": _ENTRY + " note = {" + "{" * 50_000 + "}" * 50_000 + "}}",
    "surrogate.json": '{"papers": [{"title": "A\\ud800", "\\udfff": 1}]}',
    "escape.json": json.dumps({"papers": [{"title": "A", "\x1b[31mred": "\x1b]0;x\x07"}]}),
    "marks.json": json.dumps({"papers": [{"title": "A" + "\u0323\u0301" * 50_000}]}),
    "commands.bib": _ENTRY + " note = {" + "".join(f"\\a{'x' * n}y " for n in range(400)) + "}}",
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_read_or_refused_in_a_line(dayori: Dayori, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    before = everything(dayori)
    result = dayori("import", name)
    if result.exit_code == 0:
        assert "追加" in result.stdout
        return
    assert_one_line(result, name)
    assert not set("\x1b\x07") & set(result.stderr)
    assert everything(dayori) == before


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *product(("papers.json", "bot.yaml", ".env"), ("pipe", "device")),
        *product(("papers.json", "bot.yaml"), ("folder",)),  # a folder .env is somebody's virtual environment
    ],
)
def test_what_is_no_file_is_not_waited_for(dayori: Dayori, tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    result = dayori("import", "papers.json") if name == "papers.json" else dayori("show", "retnet")
    assert_one_line(result, name)


def test_a_query_without_an_end_is_refused(dayori: Dayori) -> None:
    assert dayori("search", "-", typed="retnet\n" + "a" * 99_999 + "\n").exit_code == 0
    result = dayori("search", "-", typed="retnet\n" + "a" * 200_000)
    assert result.exit_code == 1
    assert result.stdout.count("\n") == 1
    assert "100000" in result.stderr
