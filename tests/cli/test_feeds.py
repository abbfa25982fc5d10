"""`dayori feeds test` shows on one screen what a feed would bring in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from bot.store.database import iso
from tests.stores import execute
from tests.terminal import Dayori, assert_one_line, document, everything

FEEDS = Path(__file__).parent.parent / "data/feeds"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the golden feeds, and yield where; the settings allow this host and name one of the feeds."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=FEEDS)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        place = f"127.0.0.1:{server.server_port}"
        feed = {"name": "cl", "url": f"http://{place}/arxiv.xml", "include": ["diffusion"], "exclude": ["survey"]}
        monkeypatch.setenv("DAYORI_SOURCES__ALLOWED_HOSTS", place)
        monkeypatch.setenv("DAYORI_FEEDS", json.dumps([feed]))
        yield f"http://{place}"
        server.shutdown()
        thread.join()


def test_a_named_feed_is_tried_with_its_own_rules(dayori: Dayori, address: str) -> None:
    result = dayori("feeds", "test", "cl")
    assert result.exit_code == 0
    assert "4件のうち、候補になるのは1件、外れるのは3件" in result.stdout
    for text in ("cs.CL updates on arXiv.org", "RSS 2.0", "土曜・日曜は更新なし", "Sleepy Diffusion", "Ada Núñez"):
        assert text in result.stdout
    assert "前に出た論文の改訂版" in result.stdout
    assert "除外の条件「survey」" in result.stdout
    assert "\x1b" not in result.stdout


def test_the_trial_is_one_document_in_json(dayori: Dayori, address: str) -> None:
    before = everything(dayori), dayori("inbox").stdout
    trial = document(dayori("feeds", "test", "cl", "--json"))
    assert (trial["name"], trial["url"], trial["seen"]) == ("cl", f"{address}/arxiv.xml", 4)
    assert trial["feed"] == {
        "title": "cs.CL updates on arXiv.org",
        "kind": "RSS 2.0",
        "ttl": 1440,
        "skip_days": [5, 6],
        "broken": False,
    }
    (paper,) = trial["matched"]
    assert (paper["identifiers"], paper["version"]) == ({"arxiv": "2611.00001"}, 1)
    assert [(each["reason"], each["rule"], each["count"]) for each in trial["dropped"]] == [
        ("revision", None, 2),
        ("exclude", "survey", 1),
    ]
    assert (everything(dayori), dayori("inbox").stdout) == before


def test_options_replace_the_rules_of_the_settings(dayori: Dayori, address: str) -> None:
    trial = document(dayori("feeds", "test", "cl", "--exclude", "rest", "--tag", "CS.ir", "--json"))
    assert [paper["title"] for paper in trial["matched"]] == ["A Survey of Porridge Parsing"]
    trial = document(dayori("feeds", "test", f"{address}/arxiv.xml", "--author", "Li", "--include", "model", "--json"))
    assert (trial["name"], len(trial["matched"])) == (None, 1)


@pytest.mark.parametrize("width", ["30", "200"])
@pytest.mark.parametrize("name", ["arxiv.xml", "journal.rdf", "cut.xml", "arxiv-weekend.xml", "bomb.xml"])
def test_no_line_is_wider_than_the_terminal(
    dayori: Dayori, address: str, monkeypatch: pytest.MonkeyPatch, name: str, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    result = dayori("feeds", "test", f"{address}/{name}", "--exclude", "diffusion OR 拡散")
    assert result.exit_code == 0
    assert max(map(cell_len, result.stdout.splitlines())) <= int(width)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{address}/page.html"], "の応答はウェブページで"),
        (["{address}/nothing"], "このアドレスのフィードがありません"),
        (["clx"], "あるのは cl です"),
    ],
)
def test_what_goes_wrong_is_one_line(dayori: Dayori, address: str, arguments: list[str], says: str) -> None:
    assert_one_line(dayori("feeds", "test", *(each.format(address=address) for each in arguments)), says)


def test_a_name_without_any_feeds_is_told(dayori: Dayori) -> None:
    assert_one_line(dayori("feeds", "test", "cl"), "フィードもまだありません")


def test_feeds_that_were_added_in_chat_are_named_beside_those_of_the_settings(dayori: Dayori, address: str) -> None:
    added = dayori("run", typed=f"/feed add {address}/blog.xml\ny\n").stdout
    name = added.partition("を追加しました")[0].rpartition("「")[2].rstrip("」")
    names = ", ".join(sorted(["cl", name]))
    assert_one_line(dayori("feeds", "test", "clx"), f"あるのは {names} です")


def test_another_act_is_wrong_usage(dayori: Dayori) -> None:
    result = dayori("feeds", "try", "cl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "dayori feeds test https://" in result.stderr


def test_the_list_tells_how_each_feed_is(dayori: Dayori, address: str) -> None:
    dayori("feeds", "poll")
    result = dayori("feeds")
    assert dayori("feeds", "list").stdout == result.stdout
    assert result.exit_code == 0
    for text in ("● cl", f"{address}/arxiv.xml", "更新あり", "次の読み込み: ", "この7日間: 4本を見て", "外れた理由: "):
        assert text in result.stdout
    assert "条件: diffusion のどれか · survey を除く" in result.stdout


def test_the_list_is_one_document_in_json_with_exactly_its_fields(dayori: Dayori, address: str) -> None:
    dayori("feeds", "poll")
    listed = document(dayori("feeds", "list", "--json"))
    assert list(listed) == ["feeds"]
    (feed,) = listed["feeds"]
    assert list(feed) == ["name", "url", "state", "since", "reason", "next_poll", "counts"]
    assert (feed["name"], feed["url"], feed["state"]) == ("cl", f"{address}/arxiv.xml", "fresh")
    assert feed["counts"] == {"seen": 4, "matched": 1, "offered": 1, "accepted": 0, "rejected": 0}


@pytest.mark.parametrize("width", ["30", "60", "200"])
def test_no_line_of_the_list_is_wider_than_the_terminal(
    dayori: Dayori, address: str, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    result = dayori("feeds", "list")
    assert max(map(cell_len, result.stdout.splitlines())) <= int(width)


def test_a_list_without_feeds_says_where_they_are_named(dayori: Dayori) -> None:
    assert "feeds" in dayori("feeds", "list").stdout
    assert document(dayori("feeds", "list", "--json")) == {"feeds": []}


# Polls.


def test_what_is_due_is_polled_and_comes_into_the_inbox(dayori: Dayori, address: str) -> None:
    result = dayori("feeds", "poll")
    assert (result.exit_code, result.stdout) == (0, "cl 更新あり 新着4件、うち受信箱へ1件\n")
    [candidate] = document(dayori("inbox", "--json"))["candidates"]
    assert candidate["paper"]["title"].startswith("Sleepy Diffusion")
    assert candidate["feeds"] == ["cl"]
    again = dayori("feeds", "poll", "cl")
    assert again.exit_code == 0
    assert "cl 更新あり まだ読む時期ではありません。次は" in again.stdout
    assert len(document(dayori("inbox", "--json"))["candidates"]) == 1


def test_a_round_is_one_document_in_json(dayori: Dayori, address: str) -> None:
    [feed] = document(dayori("feeds", "poll", "--json"))["feeds"]
    assert (feed["name"], feed["url"], feed["state"]) == ("cl", f"{address}/arxiv.xml", "fresh")
    assert (feed["polled"], feed["new"], feed["offered"]) == (True, 4, 1)
    assert feed["next_poll"] > feed["since"]
    [feed] = document(dayori("feeds", "poll", "cl", "--json"))["feeds"]
    assert (feed["polled"], feed["new"], feed["offered"]) == (False, 0, 0)


@pytest.mark.parametrize("path", ["page.html", "nothing", "page-with-feed.html"])
def test_a_feed_that_fails_is_told_and_no_failure_of_the_command(
    dayori: Dayori, address: str, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv("DAYORI_FEEDS", json.dumps([{"name": "cl", "url": f"{address}/{path}"}]))
    result = dayori("feeds", "poll")
    assert (result.exit_code, result.stdout.split()[0:2]) == (0, ["cl", "読み込み失敗"])


def test_a_round_without_feeds_says_so(dayori: Dayori) -> None:
    result = dayori("feeds", "poll")
    assert result.exit_code == 0
    assert "フィードがありません" in result.stdout
    assert document(dayori("feeds", "poll", "--json")) == {"feeds": []}


def test_a_name_that_no_feed_has_is_told(dayori: Dayori, address: str) -> None:
    assert_one_line(dayori("feeds", "poll", "clx"), "clx")


def test_the_feeds_of_the_settings_are_those_of_the_default_workspace(
    dayori: Dayori, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYORI_WORKSPACES", '{"lab": ["discord:123456789012345678"]}')
    for act in ("list", "poll"):
        assert document(dayori("feeds", act, "--workspace", "lab", "--json"))["feeds"] == []
    assert len(document(dayori("feeds", "list", "--json"))["feeds"]) == 1


def test_a_feed_whose_host_another_process_polls_is_told_to_come(
    dayori: Dayori, address: str, database_url: str
) -> None:
    dayori("feeds", "poll")
    soon = iso(datetime.now(UTC) + timedelta(minutes=4))
    columns = "next_poll_at = requested_at, requested_at = NULL"
    execute(database_url, f"UPDATE feed_addresses SET leased_until = :soon, {columns}", soon=soon)
    assert dayori("feeds", "poll", "cl").stdout == "cl 更新あり まもなく読み込みます。\n"
