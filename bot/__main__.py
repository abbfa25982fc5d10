"""python -m bot: the same as `dayori`."""

from bot.cli import app

if __name__ == "__main__":
    app(prog_name="dayori")
