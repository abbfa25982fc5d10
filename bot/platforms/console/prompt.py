"""Reads the prompt's lines: in an editor with completion at a terminal, as plain lines from a pipe."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.domain.text import normalized
from bot.platforms.console.output import printable_line
from bot.standard_input import next_line

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.key_binding import KeyBindings

Complete = Callable[[str], Awaitable[list[tuple[str, str]]]]
_MOST_HISTORY = 2_000_000  # bytes; some ten thousand lines


class AbortError(Exception):
    """Ctrl-C, Ctrl-D or the end of input at a question: nothing is to be changed."""


class Interruption(Exception):  # noqa: N818 - not an error: the person discards a line
    """Ctrl-C at the prompt; `typed` is the discarded line."""

    def __init__(self, typed: str) -> None:
        super().__init__(typed)
        self.typed = typed


class Prompt:
    """Reads lines; `complete` returns (text, label) pairs for a half-typed line.

    `history` is a file that keeps the lines typed at the prompt, but not the answers to questions. Without a terminal,
    lines are read from `pipe`, or from standard input if it is None.
    """

    def __init__(
        self,
        complete: Complete,
        commands: Sequence[str],
        is_interactive: bool,
        history: Path | None = None,
        pipe: TextIO | None = None,
    ) -> None:
        self.is_interactive, self._pipe = is_interactive, pipe
        self._complete, self._commands, self._history = complete, commands, history
        self._editors: dict[bool, PromptSession[str]] = {}

    async def read(self, prompt: str) -> str | None:
        """Return the next line, None at the end of input. Raises Interruption at Ctrl-C."""
        try:
            return await self._line(prompt, "", is_command=True)
        except EOFError:
            return None
        except KeyboardInterrupt:
            raise Interruption(self._editors[True].default_buffer.text) from None

    async def ask(self, prompt: str, prefilled: str = "") -> str:
        """Return the edited text; for an empty line from a pipe, the prefilled one.

        Raises AbortError at Ctrl-C, Ctrl-D and the end of input.
        """
        try:
            line = await self._line(prompt, printable_line(prefilled), is_command=False)
        except (EOFError, KeyboardInterrupt):
            raise AbortError from None
        if line is None:
            raise AbortError
        return line if line or self.is_interactive else prefilled

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        """Return which of the keys is pressed; from a pipe, the one that a line consists of.

        Full-width letters and capitals count as well. Raises AbortError at Ctrl-C, Ctrl-D and the end of input.
        """
        while True:
            typed = await self._pressed(prompt, keys) if self.is_interactive else await self.ask("")
            if (key := _plain(typed)) in keys:
                return key

    async def _pressed(self, prompt: str, keys: Collection[str]) -> str:
        from prompt_toolkit import PromptSession

        try:
            session = PromptSession[str](key_bindings=_without_mouse(_single_keys(keys)))
            return await session.prompt_async(prompt, handle_sigint=False, reserve_space_for_menu=0)
        except (EOFError, KeyboardInterrupt):
            raise AbortError from None

    async def _line(self, prompt: str, prefilled: str, *, is_command: bool) -> str | None:
        if not self.is_interactive:
            line = await next_line(self._pipe or sys.stdin)
            return line.rstrip("\r\n") if line else None
        editor = self._editors.get(is_command) or self._editor(is_command)
        completer = _completer(self._complete, self._commands) if is_command else None
        return await editor.prompt_async(
            prompt, default=prefilled, completer=completer, complete_while_typing=False, handle_sigint=False
        )

    def _editor(self, is_command: bool) -> PromptSession[str]:
        from prompt_toolkit import PromptSession  # slow to import, and needed only at a terminal
        from prompt_toolkit.history import FileHistory, InMemoryHistory
        from prompt_toolkit.key_binding import KeyBindings

        path = _private(self._history) if is_command and self._history else None
        self._editors[is_command] = PromptSession(
            history=FileHistory(path) if path else InMemoryHistory(),
            key_bindings=_without_mouse(KeyBindings() if is_command else _ending_answers()),
        )
        return self._editors[is_command]


def _single_keys(keys: Collection[str]) -> KeyBindings:
    """Return key bindings by which one of the keys is an answer without Enter, and others do nothing."""
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.keys import Keys

    bindings = KeyBindings()

    @bindings.add(Keys.Any)
    @bindings.add("enter")
    def answer(event: KeyPressEvent) -> None:
        if _plain(event.data) in keys:
            event.app.exit(result=event.data)

    return bindings


def _plain(typed: str) -> str:
    return normalized("NFKC", typed).strip().casefold()


def _ending_answers() -> KeyBindings:
    """Return a key binding by which Ctrl-D at the end of a prefilled answer ends the input, as in an empty one."""
    from prompt_toolkit.application import get_app
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    bindings = KeyBindings()

    @bindings.add("c-d", filter=Condition(lambda: get_app().current_buffer.document.is_cursor_at_the_end))
    def end(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError)

    return bindings


def _without_mouse(bindings: KeyBindings) -> KeyBindings:
    """Return key bindings that ignore a colour code (`ESC[31m`), which the editor takes for the mouse and fails."""
    from prompt_toolkit.keys import Keys

    @bindings.add(Keys.Vt100MouseEvent)
    def ignore(_event: object) -> None:
        pass

    return bindings


def _private(path: Path) -> Path | None:
    """Create the file if needed, readable only by its owner, and empty it when it is too large; None if that fails.

    The prompt works without a history, so an unwritable folder is no error.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            if os.fstat(descriptor).st_size > _MOST_HISTORY:
                os.truncate(descriptor, 0)
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return path


def _completer(complete: Complete, commands: Sequence[str]) -> Completer:
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class Completing(Completer):
        """Completes command names, then papers."""

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> list[Completion]:
            """Return nothing: completion queries the store, which only the asynchronous method can do."""
            return []

        async def get_completions_async(
            self, document: Document, complete_event: CompleteEvent
        ) -> AsyncGenerator[Completion, None]:
            """Yield completions of the line."""
            typed = document.text_before_cursor
            if not re.search(r"\s", typed):
                prefix = normalized("NFKC", typed).lower()
                for name in (name for name in commands if name.startswith(prefix)):
                    yield Completion(name, start_position=-len(typed))
                return
            for text, meaning in await complete(typed):
                yield Completion(printable_line(text), start_position=-len(typed), display=printable_line(meaning))

    return Completing()
