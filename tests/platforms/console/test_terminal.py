"""What a person typed outlives a database that fails for a while."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.app import App
from bot.domain.errors import StoreError
from bot.i18n import msg
from bot.platforms.console.prompt import AbortError, Prompt
from bot.platforms.console.safe_console import SafeConsole
from bot.platforms.console.terminal import Terminal


async def nothing(_: str) -> list[tuple[str, str]]:
    return []


def terminal(app: App, out: io.StringIO, *, is_interactive: bool) -> Terminal:
    prompt = Prompt(nothing, [], is_interactive, pipe=None if is_interactive else io.StringIO("y\n"))
    return Terminal(app.services, 1, SafeConsole(file=out, width=80), prompt, "花子")


def failing(times: int) -> Callable[[], Awaitable[str]]:
    """Return what fails so many times before it succeeds."""
    left = iter(range(times))

    async def act() -> str:
        for _ in left:
            raise StoreError(msg("The database could not be written: {reason}.", reason="x"))
        return "保存"

    return act


async def test_at_a_terminal_a_failed_change_can_be_tried_again_until_it_is_saved(app: App) -> None:
    out = io.StringIO()
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("\ry\r")
        assert await terminal(app, out, is_interactive=True).attempt(failing(2)) == "保存"
    assert out.getvalue().count("データベースに書き込めませんでした（x）。") == 2


async def test_whoever_does_not_try_again_has_changed_nothing(app: App) -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("n\r")
        with pytest.raises(AbortError):
            await terminal(app, io.StringIO(), is_interactive=True).attempt(failing(1))


async def test_from_a_pipe_nobody_is_asked(app: App) -> None:
    with pytest.raises(StoreError):
        await terminal(app, io.StringIO(), is_interactive=False).attempt(failing(1))
