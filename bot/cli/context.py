"""The context of a terminal command: the open app, the user, and errors as one line.

A served bot imports this, but not typer, which takes 1.4 MiB; what typer needs of a command is in `options`.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec

from bot.allocator import share_one_arena
from bot.app import App, open_app
from bot.cli.output_errors import exit_if_unwritable
from bot.config import Config, load_config, reader_locale
from bot.domain.errors import DamagedStoreError, DayoriError, InputError, ServerStoreError, StoreError
from bot.domain.paper import Paper
from bot.i18n import Locale, Message, msg, sentences, t
from bot.logs import configure_logs
from bot.platforms.console.output import print_line, printable_line, replace_what_is_missing
from bot.platforms.console.prompt import AbortError, Prompt
from bot.services.bundle import Services
from bot.termination import StoppedBySignal, until_sigterm

if TYPE_CHECKING:  # rich is slow to import, and a served bot prints nothing
    from rich.progress import Progress

    from bot.platforms.console.safe_console import SafeConsole
    from bot.platforms.console.terminal import Terminal

P = ParamSpec("P")
_FOLLOWS_SETTINGS = ("run", "post")  # commands that apply the papers file and the settings' subscriptions

_LEAVES_FILES = ("backup", "restore", "copy_store", "export")  # commands that remove their unfinished files at the end


class UsageError(InputError):
    """An argument or an option has a value that it can never have; the program ends with 2."""


class CommandContext(NamedTuple):
    """What a command works with."""

    app: App
    workspace: int

    @property
    def console(self) -> SafeConsole:
        """Return the console on standard output."""
        return _console()

    @property
    def services(self) -> Services:
        """Return the services."""
        return self.app.services

    @property
    def locale(self) -> Locale:
        """Return the language of the terminal."""
        return self.app.config.locale

    @property
    def user(self) -> str | None:
        """Return the user's name; None if the system knows none."""
        import getpass

        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return None

    @property
    def actor(self) -> str:
        """Return the user's id in the history."""
        return f"terminal:{self.user or ''}"

    @property
    def terminal(self) -> Terminal:
        """Return the terminal that asks the user questions."""
        from bot.platforms.console.terminal import Terminal

        lines = Prompt(_nothing, (), sys.stdin.isatty() and sys.stdout.isatty())
        return Terminal(self.services, self.workspace, self.console, lines, self.user)

    async def confirm(self, question: str, *, default: bool, show: Paper | None = None) -> bool:
        """Show the paper and ask before a change. Raises InputError when nobody can answer."""
        terminal = self.terminal
        if show and terminal.prompt.is_interactive:
            self.show(show)
        try:
            return await terminal.confirm(question, default=default)
        except AbortError as error:
            if terminal.prompt.is_interactive:
                raise
            message = msg("{question} Nobody is there to answer; add --yes.", question=question)
            raise InputError(message) from error

    def say(self, text: str) -> None:
        """Print a sentence; a path in it is not broken, so that it can be copied."""
        from rich.text import Text

        from bot.platforms.console.wrap import wrap

        self.console.print(Text("\n".join(wrap(text, self.console.width, cut=False))), soft_wrap=True)

    def show(self, paper: Paper) -> None:
        """Print a paper's card."""
        from bot.platforms.console import render

        self.console.print(render.card(paper, self.locale, render.width_of(self.console)))


class SettingsContext(NamedTuple):
    """The context of a command that must not open the store as the others do."""

    config: Config
    workspace: str

    @property
    def console(self) -> SafeConsole:
        """Return the console on standard output."""
        return _console()


def with_context(command: Callable[Concatenate[CommandContext, P], Awaitable[None]]) -> Callable[..., None]:
    """Make a terminal command of a coroutine function whose first parameter is the context."""

    async def run(config: Config, workspace: str, args: Any, values: Any) -> None:
        async with contextlib.AsyncExitStack() as stack:
            with progress_bar(lambda: t(config.locale, "Rebuilding the search index")) as progress:
                serves = command.__name__ in _FOLLOWS_SETTINGS
                app = await stack.enter_async_context(open_app(config, progress=progress, serves=serves))
            gc.freeze()  # these objects stay, and searching them for garbage takes 20 ms each time
            context = CommandContext(app, await app.services.workspaces.require(workspace))
            await command(context, *args, **values)

    return _command(command, run)


def with_settings(command: Callable[Concatenate[SettingsContext, P], Awaitable[None]]) -> Callable[..., None]:
    """Make a terminal command of a coroutine function that gets the settings and opens no store."""

    async def run(config: Config, workspace: str, args: Any, values: Any) -> None:
        await command(SettingsContext(config, workspace), *args, **values)

    return _command(command, run)


def _command(
    command: Callable[..., Awaitable[None]], run: Callable[..., Coroutine[Any, Any, None]]
) -> Callable[..., None]:
    """Return a function that takes the two common options and the command's own, and calls `run`."""

    @functools.wraps(command)
    def called(*args: Any, config: Path | None, workspace: str, **values: Any) -> None:
        with errors_as_one_line(config) as settings:
            settings.append(chosen := load_config(config))
            serves = command.__name__ == "run" and bool(any(chosen.tokens.values()) or chosen.missing_tokens)
            if serves:
                share_one_arena()
            configure_logs(chosen.secrets, quiet=not serves)
            cleaned = {name: _without_surrogates(value) for name, value in values.items()}
            work = run(chosen, _without_surrogates(workspace), args, cleaned)
            asyncio.run(until_sigterm(work, leaves_files=command.__name__ in _LEAVES_FILES))

    return called


def _without_surrogates(value: Any) -> Any:
    """Return an argument as text that the store can hold; a path keeps its bytes."""
    if isinstance(value, list):
        return [_without_surrogates(each) for each in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@contextlib.contextmanager
def usage() -> Iterator[None]:
    """Let an InputError about the value of an argument end the program as wrong usage."""
    try:
        yield
    except InputError as error:
        raise UsageError(error.message) from error


@contextlib.contextmanager
def errors_as_one_line(file: Path | None = None) -> Iterator[list[Config]]:
    """End the program with status 1, or 2 for wrong usage, and one line for a DayoriError.

    The settings are appended to the yielded list. `file` is the settings file; it names the reader's language if the
    settings themselves are invalid.
    """
    settings: list[Config] = []

    def locale() -> Locale:
        return settings[0].locale if settings else reader_locale(file)

    replace_what_is_missing(sys.stdout, sys.stderr, sys.stdin)
    try:
        yield settings
        sys.stdout.flush()
    except DayoriError as error:
        hint = _hint(error, settings)
        print_line(sentences(*(part.text(locale()) for part in (error, hint) if part)), sys.stderr)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from error
    except AbortError as error:
        print_line(t(locale(), "Stopped; nothing was changed."), sys.stderr)
        raise SystemExit(1) from error
    except StoppedBySignal as stopped:
        if stopped.status:
            signal.raise_signal(signal.SIGTERM)  # the first process of a container survives this
        raise SystemExit(stopped.status) from stopped
    except OSError as error:
        exit_if_unwritable(error, locale())
        raise


def _hint(error: DayoriError, settings: list[Config]) -> Message | None:
    """Return what to do about a database that cannot be used, as far as its error does not tell."""
    if isinstance(error, ServerStoreError):
        return error.remedy
    if not settings or not isinstance(error, StoreError):
        return None
    if isinstance(error, DamagedStoreError):
        from bot.services.backups import restore_hint  # most commands need no way back

        return restore_hint(settings[0].backups_path)
    from bot.services.storage_checks import storage_remedy

    file = settings[0].database_file
    return storage_remedy(file) if file and error.__cause__ else None


@contextlib.contextmanager
def progress_bar(label: str | Callable[[], str]) -> Iterator[Callable[[int, int], None]]:
    """Show the progress of long work on standard error, if that is a terminal; only then the label is asked for."""
    bar: Progress | None = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None and sys.stderr.isatty():
            bar = _new_bar(label if isinstance(label, str) else label(), total)
        if bar is not None:
            bar.update(bar.task_ids[0], completed=done, total=total)

    try:
        yield show
    finally:
        if bar is not None:
            bar.stop()


def _new_bar(label: str, total: int) -> Progress:
    """Return a progress bar that is already shown."""
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from bot.platforms.console.safe_console import SafeConsole

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    bar = Progress(*columns, console=SafeConsole(stderr=True), transient=True)
    bar.add_task(escape(printable_line(label)), total=total)
    bar.start()
    return bar


def _console() -> SafeConsole:
    from bot.platforms.console.safe_console import SafeConsole

    return SafeConsole()


async def _nothing(_typed: str) -> list[tuple[str, str]]:
    return []
