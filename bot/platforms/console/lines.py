"""Where the prompt's lines come from: an editor with completion at a terminal, plain lines from a pipe."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer

Complete = Callable[[str], Awaitable[list[tuple[str, str]]]]


class Lines:
    """Reads lines; `complete` answers (text, what it stands for) to what has been typed so far."""

    def __init__(self, complete: Complete, commands: Sequence[str], is_interactive: bool) -> None:
        self.is_interactive = is_interactive
        self._complete, self._commands = complete, commands
        self._editor: PromptSession[str] | None = None

    async def read(self, prompt: str) -> str | None:
        """Return the next line, None at the end of input."""
        return await self._line(prompt, "", completing=True)

    async def ask(self, prompt: str, prefilled: str) -> str:
        """Return what is typed over what is prefilled; that itself for an empty line of a pipe or no line at all."""
        line = await self._line(prompt, prefilled, completing=False)
        return prefilled if line is None or not (line or self.is_interactive) else line

    async def _line(self, prompt: str, prefilled: str, *, completing: bool) -> str | None:
        if not self.is_interactive:
            line = await asyncio.to_thread(sys.stdin.readline)
            return line.rstrip("\r\n") if line else None
        from prompt_toolkit import PromptSession  # only those who type at a terminal wait for this import

        if self._editor is None:
            self._editor = PromptSession()
        try:
            completer = _completer(self._complete, self._commands) if completing else None
            return await self._editor.prompt_async(prompt, default=prefilled, completer=completer,
                                                   complete_while_typing=False)  # fmt: skip
        except (EOFError, KeyboardInterrupt):
            return None


def _completer(complete: Complete, commands: Sequence[str]) -> Completer:
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class Completing(Completer):
        """Completes command names, then papers."""

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> list[Completion]:
            """Return nothing: completion asks the store, which only the asynchronous form can."""
            return []

        async def get_completions_async(
            self, document: Document, complete_event: CompleteEvent
        ) -> AsyncGenerator[Completion, None]:
            """Yield what the line may become."""
            typed = document.text_before_cursor
            if " " not in typed:
                for name in (name for name in commands if name.startswith(typed)):
                    yield Completion(name, start_position=-len(typed))
                return
            for text, meaning in await complete(typed):
                yield Completion(text, start_position=-len(typed), display=meaning)

    return Completing()
