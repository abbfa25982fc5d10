"""The terminal's program: its commands, in the order in which its help lists them."""

from __future__ import annotations

import typer

from bot.commands.curating import add, edit, inbox, redo, remove, undo
from bot.commands.files import export, import_
from bot.commands.looking import digest, history, search, show
from bot.commands.operating import backup, doctor, post, run, servers

app = typer.Typer(
    name="dayori", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="論文だより: a team's paper collection and its weekly digest. Begin with: dayori run",
)  # fmt: skip

for command in (
    run, digest, post, search, show, add, edit, remove, undo, redo, history, import_, export, inbox, doctor, servers,
    backup,
):  # fmt: skip
    app.command(command.__name__.rstrip("_"))(command)
