"""The program `dayori`, also as `python -m bot`."""

import os
import sys

from bot.garbage_collection import PausedCollector
from bot.standard_streams import open_missing_streams
from bot.termination import exit_on_sigterm


def main() -> None:
    """Run the given command; Ctrl-C ends it without a word, also while its modules are imported."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(130)


def _run() -> None:
    """Run the given command; a bot that is starting can be stopped before its modules are imported."""
    open_missing_streams()
    if sys.argv[1:2] == ["run"]:
        exit_on_sigterm()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # or it reads every installed package's metadata
    with PausedCollector():
        _import_structlog()
    match sys.argv[1:]:
        case ["run"]:
            _start()
        case ["run", "--config", file]:
            _start(file)
        case _:
            with PausedCollector():
                from bot.cli.program import app
            app(prog_name="dayori")


def _start(file: str | None = None) -> None:
    """Run the bot as servers start it, without typer: importing it and reading two words takes 18 ms and 1.4 MiB."""
    with PausedCollector():
        from pathlib import Path

        from bot.cli.serve import run
    run(config=Path(file) if file is not None else None, workspace="default")


def _import_structlog() -> None:
    """Import structlog without rich, which it imports wherever it can, for tracebacks that our logs do not use."""
    sys.modules["rich"] = None  # type: ignore[assignment]  # makes its import fail
    __import__("structlog")
    del sys.modules["rich"]


if __name__ == "__main__":
    main()
