"""The program `dayori`, also as `python -m bot`."""

import sys

from bot.stopping import stop_at_once_on_sigterm


def main() -> None:
    """Run the command that is given; a bot that starts may be told to stop before it has read its own modules."""
    if sys.argv[1:2] == ["run"]:
        stop_at_once_on_sigterm()
    from bot.cli import app

    app(prog_name="dayori")


if __name__ == "__main__":
    main()
