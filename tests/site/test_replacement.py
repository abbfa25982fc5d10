"""A site's files are replaced so that, wherever that stops, links lead somewhere, and the next run finishes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import pytest

from bot.site.folder_exchange import exchange
from bot.site.replacement import Exchange, Replacement, prepare
from tests.site.test_build import contents

MANY = 130
Site = dict[str, str]
"""The files of a site, each with the paths to which it leads."""


def site(version: str, pages: range, others: range, **more: str) -> Site:
    """Return pages that all lead to the first, to each other and to those of another folder."""
    names = [*(f"papers/{n}.html" for n in pages), *(f"tags/{n}.html" for n in others)]
    linked = [f"{name} {names[n - 1]} {names[0]}" for n, name in enumerate(names)]
    return {name: f"{links} {version}" for name, links in zip(names, linked, strict=True)} | {
        "index.html": f"{' '.join(names)} {version}",
        **more,
    }


def write(folder: Path, files: Site) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def texts(folder: Path) -> Site:
    return {path: content.decode() for path, content in contents(folder).items()}


def reached(files: Site) -> Iterator[str]:
    """Yield every path to which links lead from the front, whether it is there or not."""
    seen, waiting = {"index.html"}, ["index.html"]
    while waiting:
        path = waiting.pop()
        yield path
        new = {link for link in files.get(path, "").split() if "." in link} - seen
        seen |= new
        waiting += new


CHANGES = {
    "first": ({}, site("new", range(5), range(3))),
    "few": (site("old", range(9), range(4)), site("new", range(3, 12), range(2, 6))),
    "many": (site("old", range(MANY), range(4)), site("new", range(3, MANY + 4), range(2, 6))),
    "kept": (
        site("old", range(MANY), range(4), **{"papers/kept.html": "kept", "papers/gone.html": "gone"}),
        site("new", range(MANY), range(4)),
    ),
}


def no_exchange(first: Path, second: Path) -> bool:
    return False


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("swap", [exchange, no_exchange])
def test_wherever_it_stops_links_lead_somewhere_and_the_next_run_finishes(
    tmp_path: Path, name: str, swap: Exchange
) -> None:
    old, new = CHANGES[name]
    staged, final = tmp_path / "out/.dayori-site/new", tmp_path / "out"
    removed = [path for path in old if path not in new and path != "papers/kept.html"]
    final.mkdir()
    whole = new | {path: text for path, text in old.items() if path not in new and path not in removed}
    for stop in (0, 1, 2, 3, 5, 8, 30, 131, 136, 137, 138, 139, 140, 141, 142, 143, 1000):
        shutil.rmtree(final)
        write(final, old)
        write(staged, new)
        replacement = prepare(staged, final, [*new], removed)
        list(islice(replacement.steps(staged, final, swap), stop))
        files = texts(final)
        assert not files.keys() & {"index.html"} or set(reached(files)) <= files.keys()
        assert all(text in (old.get(path), new.get(path)) for path, text in files.items())
        list(read_back(replacement).steps(staged, final, swap))
        assert texts(final) == whole


def read_back(replacement: Replacement) -> Replacement:
    """Return what the next build reads in the journal."""
    return Replacement(**json.loads(json.dumps(asdict(replacement))))


def test_a_folder_of_many_pages_is_replaced_at_one_stroke(tmp_path: Path) -> None:
    staged, final = tmp_path / "out/.dayori-site/new", tmp_path / "out"
    old, new = site("old", range(MANY), range(1)), site("new", range(MANY), range(1))
    write(final, old)
    write(staged, {path: text for path, text in new.items() if path.startswith("papers/")})
    replacement = prepare(staged, final, [path for path in new if path.startswith("papers/")], [])
    assert len(list(replacement.steps(staged, final))) == 1
    assert texts(final) == {path: new[path] if path.startswith("papers/") else text for path, text in old.items()}


def test_a_folder_with_folders_in_it_stays_in_its_place(tmp_path: Path) -> None:
    staged, final = tmp_path / "out/.dayori-site/new", tmp_path / "out"
    write(final, site("old", range(MANY), range(1), **{"papers/notes/mine.txt": "mine"}))
    new = site("new", range(MANY), range(1))
    write(staged, new)
    replacement = prepare(staged, final, [*new], [])
    assert not replacement.exchanged
    list(replacement.steps(staged, final))
    assert texts(final) == new | {"papers/notes/mine.txt": "mine"}
