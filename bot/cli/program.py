"""The terminal's program: its commands in the order of its help, each with a working example."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from bot.cli.options import with_options
from bot.cli.output_errors import exit_if_unwritable
from bot.config import reader_locale
from bot.garbage_collection import PausedCollector
from bot.i18n import Locale, phrase, t
from bot.platforms.console.output import print_line, replace_what_is_missing

# Each with its module in `cli`, which is imported when the command is used.
COMMANDS = {
    "run": ("serve", phrase("Start every platform that has a token; without one, the terminal."), "dayori run"),
    "digest": ("lookup", phrase("Compose the next edition and print it; nothing is posted."), "dayori digest --json"),
    "post": ("post", phrase("Deliver what is due, then exit: for cron."), "dayori post"),
    "search": ("lookup", phrase("Search the collection."), 'dayori search "ハルシネーション year:2023"'),
    "show": ("lookup", phrase("Show one paper: its id, an arXiv id, a DOI or a link."), "dayori show retnet"),
    "add": (
        "edit",
        phrase("Add a paper."),
        'dayori add 1706.03762 --title "Attention Is All You Need" --tag NLP',
    ),
    "edit": (
        "edit",
        phrase("Change a paper; an empty text clears a field, links and tags replace the old ones."),
        "dayori edit retnet --comment 読みました。",
    ),
    "remove": (
        "edit",
        phrase("Remove a paper after one confirmation; dayori undo brings it back."),
        "dayori remove longnet --yes",
    ),
    "undo": (
        "edit",
        phrase("Undo a change of the collection, the last one or number N, after showing it."),
        "dayori undo --yes",
    ),
    "redo": ("edit", phrase("Redo the last change that was undone."), "dayori redo"),
    "history": ("lookup", phrase("Show who changed what, newest first."), "dayori history retnet"),
    "stats": ("stats", phrase("Show the collection in numbers: by month, tag, venue and person."), "dayori stats"),
    "import": (
        "files",
        phrase("Import papers from files; from a file with an error, nothing is imported."),
        "dayori import config/papers.yaml --dry-run",
    ),
    "export": ("files", phrase("Export papers, last added first."), "dayori export --output papers.bib"),
    "inbox": (
        "inbox",
        phrase("Decide on what was proposed and what feeds found: by keys at a terminal, or on candidate N."),
        "dayori inbox --json",
    ),
    "feeds": (
        "feeds",
        phrase(
            "Poll the feeds that are due, list how they are, or try one: what would come in and what each rule drops."
        ),
        "dayori feeds test https://rss.arxiv.org/rss/cs.CL --exclude survey",
    ),
    "refresh": (
        "refresh",
        phrase(
            "Look at papers again in their sources for versions, venues, code and retractions, as a bot does at night."
        ),
        "dayori refresh retnet",
    ),
    "mcp": (
        "mcp",
        phrase("Let an assistant search the collection and propose papers, over the Model Context Protocol."),
        "dayori mcp",
    ),
    "doctor": (
        "doctor",
        phrase("Check whether all is well, and write nothing; exits with 1 when there is a fault."),
        "dayori doctor",
    ),
    "servers": (
        "operate",
        phrase("List the servers that the bot was invited to, or decide whether it serves one."),
        "dayori servers allow 123456789012345678",
    ),
    "backup": (
        "operate",
        phrase("Copy the whole database into a new file, even while the bot runs."),
        "dayori backup dayori-backup.db",
    ),
    "restore": (
        "operate",
        phrase("Put a copy in the place of the database, which is kept beside it under another name."),
        "dayori restore dayori-backup.db",
    ),
    "copy-store": (
        "copy_store",
        phrase("Copy everything into an empty store, from SQLite to PostgreSQL or back, and compare both."),
        "dayori copy-store data/dayori.db postgresql+asyncpg://localhost/dayori",
    ),
    "init": (
        "operate",
        phrase("Write the settings and the starter collection into a folder, to edit them."),
        "dayori init papers-bot",
    ),
    "site": (
        "site",
        phrase("Write the collection as a site of static pages; with --serve, show it on this machine."),
        "dayori site public",
    ),
    "slack-manifest": (
        "operate",
        phrase("Print the link that creates the Slack app, with all that it needs."),
        "dayori slack-manifest",
    ),
}


class _TyperCommand(TyperCommand):
    """A command with our own help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        from bot.platforms.console import help
        from bot.platforms.console.safe_console import SafeConsole

        _, sentence, example = COMMANDS[self.name or ""]
        params = self.get_params(ctx)
        console = SafeConsole()
        text = help.of_command(ctx.command_path, sentence, example, params, _locale(ctx), console.width)
        console.print(text, soft_wrap=True)


class _TyperGroup(TyperGroup):
    """The program; wrong usage prints one sentence and exits with 2."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of that name; its module is imported now."""
        if cmd_name not in COMMANDS:
            return None
        with PausedCollector():
            module = import_module(f"bot.cli.{COMMANDS[cmd_name][0]}")
        name = "import_" if cmd_name == "import" else cmd_name.replace("-", "_")
        alone = typer.Typer(**_PLAIN)
        alone.command(cmd_name, cls=_TyperCommand)(with_options(getattr(module, name)))
        return typer.main.get_command(alone)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the list of commands."""
        from bot.platforms.console import help
        from bot.platforms.console.safe_console import SafeConsole

        commands = [(name, sentence) for name, (_, sentence, _) in COMMANDS.items()]
        console = SafeConsole()
        console.print(help.overview(ctx.command_path, commands, _locale(ctx), console.width), soft_wrap=True)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command in the arguments and exit."""
        arguments = list(sys.argv[1:] if args is None else args)
        replace_what_is_missing(sys.stdout, sys.stderr, sys.stdin)
        locale = partial(reader_locale, _settings_file(arguments))
        try:
            code = super().main(
                arguments, prog_name or "dayori", complete_var, False, windows_expand_args, obj=locale, **extra
            )
            sys.stdout.flush()
        except typer.Abort:
            code = 1
        except typer.TyperException as error:
            _print_error(error, locale())
            code = error.exit_code
        except OSError as error:
            exit_if_unwritable(error, locale())
            raise
        sys.exit(code if isinstance(code, int) else 0)


_PLAIN: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}
app = typer.Typer(name="dayori", cls=_TyperGroup, no_args_is_help=True, **_PLAIN)


def _show_version(is_asked: bool) -> None:
    from importlib.metadata import version

    if is_asked:
        print_line(f"dayori {version('ronbun-dayori')}")
        raise typer.Exit


@app.callback()
def _begin(is_asked: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True)) -> None:
    pass


def _print_error(error: typer.TyperException, locale: Locale) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        return
    from pydantic import ValidationError

    from bot.config_errors import reason_of
    from bot.platforms.console import help

    cause = error.__cause__.errors()[0] if isinstance(error.__cause__, ValidationError) else None
    reason = reason_of(cause["type"], cause.get("ctx") or {}) if cause else None
    print_line(help.wrong_usage(error, reason).text(locale), sys.stderr)
    ctx: Any = getattr(error, "ctx", None)
    hint = t(locale, "{command} --help shows how it is used.", command=ctx.command_path if ctx else "dayori")
    print_line(hint, sys.stderr)


def _locale(ctx: Any) -> Locale:
    locale: Locale = ctx.find_root().obj()
    return locale


def _settings_file(arguments: Sequence[str]) -> Path | None:
    """Return the settings file in the arguments, before they are parsed."""
    for n, each in enumerate(arguments):
        if each == "--config" and n + 1 < len(arguments):
            return Path(arguments[n + 1])
        if each.startswith("--config="):
            return Path(each.partition("=")[2])
    return None
