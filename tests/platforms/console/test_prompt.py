"""Lines are read unchanged from a pipe, and with completion at a terminal."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.platforms.console.prompt import AbortError, Interruption, Prompt, _completer

COMMANDS = ["/paper", "/papers", "/help"]


async def complete(typed: str) -> list[tuple[str, str]]:
    return [("/paper RetNet", "Transformerの次")] if typed.startswith("/paper r") else []


async def test_a_pipe_is_read_line_by_line_until_its_end() -> None:
    lines = Prompt(complete, COMMANDS, is_interactive=False, pipe=io.StringIO("/paper 論文\r\n\nlast"))
    assert [await lines.read("> ") for _ in range(5)] == ["/paper 論文", "", "last", None, None]


async def test_an_answer_from_a_pipe_is_what_is_typed_or_what_was_prefilled_and_its_end_aborts() -> None:
    lines = Prompt(complete, COMMANDS, is_interactive=False, pipe=io.StringIO("typed\n\n"))
    assert [await lines.ask("Title: ", "prefilled") for _ in range(2)] == ["typed", "prefilled"]
    with pytest.raises(AbortError):
        await lines.ask("Title: ", "prefilled")


async def test_at_a_terminal_a_line_is_edited_and_may_be_emptied() -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        lines = Prompt(complete, COMMANDS, is_interactive=True)
        keys.send_text("/help\r")
        assert await lines.read("> ") == "/help"
        keys.send_text("!\r")
        assert await lines.ask("Title: ", "RetNet") == "RetNet!"
        keys.send_text("\x15\r")
        assert await lines.ask("Comment: ", "prefilled") == ""


async def test_ctrl_d_ends_the_input_and_ctrl_c_takes_the_line_back() -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        lines = Prompt(complete, COMMANDS, is_interactive=True)
        keys.send_text("/rem\x03")
        with pytest.raises(Interruption) as interrupted:
            await lines.read("> ")
        assert interrupted.value.typed == "/rem"
        keys.send_text("\x04")
        assert await lines.read("> ") is None


async def test_a_colour_code_that_is_typed_or_pasted_is_nothing() -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        lines = Prompt(complete, COMMANDS, is_interactive=True)
        for read in (lines.read, lines.ask):
            keys.send_text("\x1b[31mRetNet\r")
            assert await read("> ") == "RetNet"
        keys.send_text("\x1b[31ma")
        assert await lines.key("> ", {*"ar"}) == "a"


@pytest.mark.parametrize("key", ["\x03", "\x04", "\x15\x04", "half\x03", "half\x04"])
async def test_ctrl_c_and_ctrl_d_at_a_question_abort(key: str) -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(key)
        with pytest.raises(AbortError):
            await Prompt(complete, COMMANDS, is_interactive=True).ask("Title: ", "prefilled")


async def test_ctrl_d_within_an_answer_takes_the_next_character_away() -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("\x01\x04\r")
        assert await Prompt(complete, COMMANDS, is_interactive=True).ask("Title: ", "xRetNet") == "RetNet"


async def test_what_was_typed_is_there_at_the_next_start_in_a_private_file_without_the_answers(tmp_path: Path) -> None:
    history = tmp_path / "history"
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        lines = Prompt(complete, COMMANDS, is_interactive=True, history=history)
        keys.send_text("/paper RetNet\r")
        assert await lines.read("> ") == "/paper RetNet"
        keys.send_text("secret\r")
        assert await lines.ask("Comment: ") == "secret"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert "secret" not in history.read_text(encoding="utf-8")
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("\x1b[A\r")
        assert await Prompt(complete, COMMANDS, is_interactive=True, history=history).read("> ") == "/paper RetNet"


async def test_a_history_that_cannot_be_kept_stops_nobody(tmp_path: Path) -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("/help\r")
        lines = Prompt(complete, COMMANDS, is_interactive=True, history=tmp_path / "no/such/folder")
        assert await lines.read("> ") == "/help"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/pa", ["/paper", "/papers"]),
        ("／ｐａ", ["/paper", "/papers"]),
        ("/", COMMANDS),
        ("/paper r", ["/paper RetNet"]),
        ("/paper x", []),
        ("x", []),
    ],
)
async def test_tab_offers_commands_and_then_papers(typed: str, offered: list[str]) -> None:
    completer = _completer(complete, COMMANDS)
    completions = [each async for each in completer.get_completions_async(Document(typed), CompleteEvent())]
    assert [each.text for each in completions] == offered
    assert all(each.start_position == -len(typed) for each in completions)


@pytest.mark.parametrize(("typed", "key"), [("r", "r"), ("Ｒ", "r"), ("x\r\x1b[Aa", "a"), ("Q", "q")])
async def test_a_key_is_an_answer_without_enter_and_others_do_nothing(typed: str, key: str) -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(typed)
        assert await Prompt(complete, COMMANDS, is_interactive=True).key("> ", {*"arlq"}) == key


@pytest.mark.parametrize("typed", ["\x03", "\x04"])
async def test_ctrl_c_and_ctrl_d_at_a_key_abort(typed: str) -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(typed)
        with pytest.raises(AbortError):
            await Prompt(complete, COMMANDS, is_interactive=True).key("> ", {*"arlq"})


async def test_keys_of_a_pipe_are_lines() -> None:
    lines = Prompt(complete, COMMANDS, is_interactive=False, pipe=io.StringIO("ra\n\n Ａ \n"))
    assert await lines.key("> ", {*"arlq"}) == "a"
    with pytest.raises(AbortError):
        await lines.key("> ", {*"arlq"})
