"""The program `dayori`, also as `python -m bot`."""

import gc
import sys
from collections.abc import Callable
from importlib import import_module

from bot.termination import exit_on_sigterm


def main() -> None:
    """Run the command that is given; a bot that starts may be told to stop before it has read its own modules."""
    if sys.argv[1:2] == ["run"]:
        exit_on_sigterm()
    _program()(prog_name="dayori")


def _program() -> Callable[..., object]:
    """Import the program, without what would only slow its start down.

    All that modules make stays, so looking for garbage among it would take a fifth of the time for nothing. structlog
    imports rich wherever that is installed, for tracebacks that our logs do not have: a bot that serves needs no rich.
    """
    gc.disable()
    sys.modules["rich"] = None  # type: ignore[assignment]  # so that importing it fails
    import_module("structlog")
    del sys.modules["rich"]
    from bot.cli.program import app

    gc.freeze()
    gc.enable()
    return app


if __name__ == "__main__":
    main()
