"""The program `dayori`, also as `python -m bot`."""

import gc
import sys
from collections.abc import Callable
from importlib import import_module

from bot.termination import exit_on_sigterm


def main() -> None:
    """Run the given command; a bot that is starting can be stopped before its modules are imported."""
    if sys.argv[1:2] == ["run"]:
        exit_on_sigterm()
    _program()(prog_name="dayori")


def _program() -> Callable[..., object]:
    """Import the program quickly.

    Objects made by imports stay, so searching them for garbage would waste a fifth of the time. structlog imports rich
    wherever it is installed, for tracebacks that our logs do not use; a served bot needs no rich.
    """
    gc.disable()
    sys.modules["rich"] = None  # type: ignore[assignment]  # makes its import fail
    import_module("structlog")
    del sys.modules["rich"]
    from bot.cli.program import app

    gc.freeze()
    gc.enable()
    return app


if __name__ == "__main__":
    main()
