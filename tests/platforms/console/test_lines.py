"""Lines come from a pipe as they are, and at a terminal with completion."""

from __future__ import annotations

import io

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.platforms.console.lines import Lines, _completer

COMMANDS = ["/paper", "/papers", "/help"]


async def complete(typed: str) -> list[tuple[str, str]]:
    return [("/paper RetNet", "Transformerの次")] if typed.startswith("/paper r") else []


async def test_a_pipe_is_read_line_by_line_until_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("/paper 論文\r\n\nlast"))
    lines = Lines(complete, COMMANDS, is_interactive=False)
    assert [await lines.read("> ") for _ in range(5)] == ["/paper 論文", "", "last", None, None]


async def test_an_answer_from_a_pipe_is_what_is_typed_or_what_was_prefilled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("typed\n\n"))
    lines = Lines(complete, COMMANDS, is_interactive=False)
    assert [await lines.ask("Title: ", "prefilled") for _ in range(3)] == ["typed", "prefilled", "prefilled"]


async def test_at_a_terminal_a_line_is_edited_and_may_be_emptied() -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        lines = Lines(complete, COMMANDS, is_interactive=True)
        keys.send_text("/help\r")
        assert await lines.read("> ") == "/help"
        keys.send_text("!\r")
        assert await lines.ask("Title: ", "RetNet") == "RetNet!"
        keys.send_text("\x15\r")
        assert await lines.ask("Comment: ", "prefilled") == ""


@pytest.mark.parametrize("key", ["\x03", "\x04"])
async def test_ctrl_c_and_ctrl_d_end_the_input(key: str) -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(key)
        assert await Lines(complete, COMMANDS, is_interactive=True).read("> ") is None


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("/pa", ["/paper", "/papers"]), ("/", COMMANDS), ("/paper r", ["/paper RetNet"]), ("/paper x", []), ("x", [])],
)
async def test_tab_offers_commands_and_then_papers(typed: str, offered: list[str]) -> None:
    completer = _completer(complete, COMMANDS)
    found = [each async for each in completer.get_completions_async(Document(typed), CompleteEvent())]
    assert [each.text for each in found] == offered
    assert all(each.start_position == -len(typed) for each in found)
