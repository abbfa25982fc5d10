"""What the documents name is there: files, links, targets of make, commands, trials and benches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.program import COMMANDS, app
from bot.platforms.slack.command_list import COMMAND_LIST

ROOT = Path(__file__).parent.parent
OF_DEVELOPERS = ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")
ALL = (*OF_DEVELOPERS, "README.md", "README.ja.md", "CHANGELOG.md")
FOLDERS = ("bot", "tests", "bench", "trials", "config", "docs", "pictures")
PATH = re.compile(r"`([\w.*-][\w.*/-]*(?:/|\.(?:py|js|md|html|yaml|toml|service|cron|conf|lock)))`")


def text_of(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


def paths() -> Iterator[str]:
    """Yield the path of each file and, with a slash at its end, of each folder."""
    for path in chain(ROOT.glob("*"), *((ROOT / folder).rglob("*") for folder in FOLDERS)):
        yield f"/{path.relative_to(ROOT).as_posix()}{'/' if path.is_dir() else ''}"


@pytest.mark.parametrize("document", OF_DEVELOPERS)
def test_files_that_a_document_names_exist(document: str) -> None:
    known = "\n".join(paths())
    patterns = {path: re.escape(path).replace(r"\*", "[^/\n]*") for path in PATH.findall(text_of(document))}
    assert [path for path, pattern in patterns.items() if not re.search(f"/{pattern}$", known, re.MULTILINE)] == []


@pytest.mark.parametrize("document", ALL)
def test_links_in_a_document_lead_somewhere(document: str) -> None:
    text, folder = text_of(document), (ROOT / document).parent
    links = [*re.findall(r"\]\(([^)]+)\)", text), *re.findall(r'src="([^"]+)"', text)]
    anchors = {anchor_of(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert [link for link in links if link.startswith("#") and link[1:] not in anchors] == []
    files = [link.partition("#")[0] for link in links if not link.startswith(("http", "#"))]
    assert [file for file in files if not (folder / file).exists()] == []


def anchor_of(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("document", ALL)
def test_commands_that_a_document_names_exist(document: str) -> None:
    text = text_of(document)
    targets = re.findall(r"^([\w-]+):", text_of("Makefile"), re.MULTILINE)
    assert set(re.findall(r"(?:`|^)make ([a-z][a-z-]*)", text, re.MULTILINE)) <= set(targets)
    assert set(re.findall(r"`(?:\.venv/bin/)?dayori ([a-z][a-z-]*)", text)) <= set(COMMANDS)
    for package, name in re.findall(r"python -m (trials|bench)[ .]([a-z_-]+)", text):
        assert (ROOT / package / f"{name}.py").exists() or f'"{name}"' in text_of(f"{package}/__main__.py")


@pytest.mark.parametrize("document", ["README.md", "README.ja.md"])
def test_options_that_a_document_gives_a_command_exist(document: str) -> None:
    rows = re.findall(r"^\| `dayori ([a-z-]+)(.*?)` \|", text_of(document), re.MULTILINE)
    assert {name for name, _ in rows} == set(COMMANDS)
    for name, words in rows:
        assert set(re.findall(r"--[a-z-]+", words)) <= options_of(name), name


@cache
def options_of(command: str) -> set[str]:
    return set(re.findall(r"--[a-z-]+", CliRunner().invoke(app, [command, "--help"]).output))


def test_both_readmes_tell_of_every_chat_command() -> None:
    english, japanese = (
        re.findall(r"^\| `/([a-z]+)", text_of(each), re.MULTILINE) for each in ("README.md", "README.ja.md")
    )
    assert english == japanese
    assert set(english) == {each.name for each in COMMAND_LIST}
