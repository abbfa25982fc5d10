"""The log has one line per event: JSON for programs, without secrets, and without library messages of a reconnect."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import configure_logs
from bot.services.papers.library import Library
from bot.services.papers.undo import Undo
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.logs import reset_logs
from tests.samples import paper


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    yield
    reset_logs()


def test_a_line_is_json_where_standard_error_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(("s3cret",))
    structlog.get_logger().info("connected", reason="見出し\n\x1b[31m s3cret", token="t")
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert (entry["event"], entry["level"], entry["token"]) == ("connected", "info", "…")
    assert "見出し" in line
    assert "s3cret" not in line


def test_the_attempts_of_a_library_to_reconnect_are_no_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(())
    log = logging.getLogger("discord.shard")
    try:
        raise OSError("Connection reset by peer")
    except OSError as error:
        log.error("Attempting a reconnect for shard ID %s in %.2fs", 0, 1.2, exc_info=error)
    log.warning("Can't keep up, shard ID %s websocket is %.1fs behind.", 0, 11.0)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["Can't keep up, shard ID 0 websocket is 11.0s behind."]


async def test_a_change_of_the_collection_is_a_line_that_tells_who_and_which(
    library: Library, database: Database, clock: AdjustableClock, workspace: int
) -> None:
    with structlog.testing.capture_logs() as lines:
        await library.add(workspace, paper(1, comment="秘密のコメント"), "花子", actor="discord:7")
        await library.edit(workspace, "paper-1", "花子", lambda old: paper(1, comment="別"), actor="discord:7")
        await library.remove(workspace, "paper-1", "花子")
        await Undo(database, clock).undo(workspace, "花子")
    assert [(line["event"], line.get("paper") or line["action"], line["by"]) for line in lines] == [
        ("paper added", "paper-1", "discord:7"),
        ("paper edited", "paper-1", "discord:7"),
        ("paper removed", "paper-1", "花子"),
        ("change undone", "remove", "花子"),
    ]
    assert "コメント" not in str(lines)
