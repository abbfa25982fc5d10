"""`dayori site` writes the collection as pages, and says what it did."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.domain.errors import InputError
from bot.site.server import served
from tests.terminal import Dayori, assert_one_line


def test_the_collection_is_written_and_then_only_what_changed(dayori: Dayori, tmp_path: Path) -> None:
    assert "論文6本" in dayori("site", "public").stdout
    assert (tmp_path / "public/papers/retnet.html").exists()
    assert "書き出し 0" in "".join(dayori("site", "public").stdout.split("\n"))
    dayori("edit", "retnet", "--comment", "別のコメント。")
    dayori("site", "public", "--base-url", "https://papers.example.org")
    page = (tmp_path / "public/papers/retnet.html").read_text(encoding="utf-8")
    assert "別のコメント。" in page
    assert "https://papers.example.org/papers/retnet.html" in page


def test_a_site_that_is_built_from_a_new_database_keeps_its_feed_to_the_byte(
    dayori: Dayori, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = []
    for name in ("one", "two"):
        monkeypatch.setenv("DAYORI_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/{name}.db")
        dayori("site", name, "--base-url", "https://team.github.io/papers/")
        feeds.append((tmp_path / name / "feed.xml").read_text("utf-8"))
    assert len(re.findall("<id>.*</id>", feeds[0])) == 7
    assert datetime.now(UTC).strftime(">%Y-%m-%dT") not in feeds[0]
    assert feeds[0] == feeds[1]


def test_another_folder_is_not_touched(dayori: Dayori, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/a.tex").write_text("years of work")
    assert_one_line(dayori("site", "thesis"), "論文だよりのサイト以外")


def test_an_address_to_serve_at_needs_the_option(dayori: Dayori) -> None:
    assert dayori("site", "public", "127.0.0.1:8000").exit_code == 2


def test_without_the_extra_one_sentence_says_how_to_install_it(tmp_path: Path) -> None:
    start = "import sys; sys.modules['jinja2'] = None; from bot.__main__ import main; main()"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", start, "site", "public"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=30)
    assert result.returncode == 1
    assert f'{sys.executable} -m pip install "ronbun-dayori[site]"' in result.stderr
    assert result.stderr.count("\n") == 1


async def test_the_server_shows_pages_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    site = tmp_path / "site"
    (site / ".dayori-site").mkdir(parents=True)
    (site / ".dayori-site/manifest.txt").write_text("{}")
    (site / "index.html").write_text("front")
    (site / "papers.bib").write_text("@misc{a}")
    async with served(site, "127.0.0.1", 0) as address, ClientSession() as session:
        hidden, broken = (".dayori-site/manifest.txt", 404), ("a%00b", 404)
        for path, status in (("", 200), ("papers.bib", 200), ("none", 404), hidden, broken):
            async with session.get(address + path) as answer:
                assert answer.status == status, path
        (site / "404.html").write_text("not here", "utf-8")
        async with session.get(address + "papers/none.html") as answer:
            assert (answer.status, await answer.text(), answer.content_type) == (404, "not here", "text/html")
        async with session.get(address + "%2e%2e/secret") as answer:
            assert answer.status == 404
        with pytest.raises(InputError, match="another program uses it"):
            async with served(site, "127.0.0.1", int(address.rstrip("/").rpartition(":")[2])):
                pass
