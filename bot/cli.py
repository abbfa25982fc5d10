"""The terminal's program: its commands, in the order in which its help lists them, each with an example that works."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup

from bot.commands.curating import add, edit, inbox, redo, remove, undo
from bot.commands.files import export, import_
from bot.commands.looking import digest, history, search, show
from bot.commands.operating import backup, doctor, post, run, servers
from bot.config import reader_locale
from bot.config_problems import reason_of
from bot.i18n import Locale, phrase, t
from bot.platforms.console import help
from bot.platforms.console.output import SafeConsole, print_line, replace_what_is_missing

COMMANDS = (
    (run, phrase("Start every platform that has a token; without one, the terminal."), "dayori run"),
    (digest, phrase("Compose the next edition and print it; nothing is posted."), "dayori digest --json"),
    (post, phrase("Deliver what is due, then exit: for cron."), "dayori post"),
    (search, phrase("Search the collection."), 'dayori search "ハルシネーション year:2023"'),
    (show, phrase("Show one paper: its id, an arXiv id, a DOI or a link."), "dayori show retnet"),
    (add, phrase("Add a paper."), 'dayori add 1706.03762 --title "Attention Is All You Need" --tag NLP'),
    (edit, phrase("Change a paper; an empty text takes a field away, links and tags replace the old ones."),
     "dayori edit retnet --comment 読みました。"),
    (remove, phrase("Remove a paper after asking once; dayori undo brings it back."), "dayori remove longnet --yes"),
    (undo, phrase("Take back a change of the collection, the last one or number N, after saying which."),
     "dayori undo --yes"),
    (redo, phrase("Redo what the last undo took back."), "dayori redo"),
    (history, phrase("Tell who changed what, newest first."), "dayori history retnet"),
    (import_, phrase("Import papers from files; nothing is taken from a broken one."),
     "dayori import config/papers.yaml --dry-run"),
    (export, phrase("Export papers, last added first."), "dayori export --output papers.bib"),
    (inbox, phrase("List what was proposed, or decide on proposal N."), "dayori inbox"),
    (doctor, phrase("Tell whether all is well, and write nothing; exits with 1 when there is a fault."),
     "dayori doctor"),
    (servers, phrase("List the servers that the bot was invited into, or decide whether it serves one."),
     "dayori servers allow 123456789012345678"),
    (backup, phrase("Copy the whole database into a new file, also while the bot runs."),
     "dayori backup dayori-backup.db"),
)  # fmt: skip
_ABOUT = {command.__name__.rstrip("_"): (sentence, example) for command, sentence, example in COMMANDS}


class _Command(TyperCommand):
    """A command whose help is ours."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        sentence, example = _ABOUT[self.name or ""]
        params = self.get_params(ctx)
        SafeConsole().print(help.of_command(ctx.command_path, sentence, example, params, _locale(ctx)))


class _Program(TyperGroup):
    """The program; wrong usage is one sentence of ours and ends with 2."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print which commands there are."""
        commands = [(name, sentence) for name, (sentence, _) in _ABOUT.items()]
        SafeConsole().print(help.overview(ctx.command_path, commands, _locale(ctx)))

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, complete_var: str | None = None,
             standalone_mode: bool = True, windows_expand_args: bool = True, **extra: Any) -> Any:  # fmt: skip
        """Run the command that the arguments name and end the program."""
        given = list(sys.argv[1:] if args is None else args)
        replace_what_is_missing(sys.stdout, sys.stderr, sys.stdin)
        locale = reader_locale(_settings_file(given))
        try:
            code = super().main(
                given, prog_name or "dayori", complete_var, False, windows_expand_args, obj=locale, **extra
            )
        except typer.Abort:
            code = 1
        except typer.TyperException as error:
            _tell(error, locale)
            code = error.exit_code
        sys.exit(code if isinstance(code, int) else 0)


app = typer.Typer(
    name="dayori", cls=_Program, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None,
)  # fmt: skip


def _show_version(is_asked: bool) -> None:
    if is_asked:
        print_line(f"dayori {version('ronbun-dayori')}")
        raise typer.Exit


@app.callback()
def _begin(is_asked: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True)) -> None:
    pass


for _command, _, _ in COMMANDS:
    app.command(_command.__name__.rstrip("_"), cls=_Command)(_command)


def _tell(error: typer.TyperException, locale: Locale) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        return
    cause = error.__cause__.errors()[0] if isinstance(error.__cause__, ValidationError) else None
    reason = reason_of(cause["type"], cause.get("ctx") or {}) if cause else None
    print_line(help.wrong_usage(error, reason).text(locale), sys.stderr)
    ctx: Any = getattr(error, "ctx", None)
    told = t(locale, "{command} --help shows how it is used.", command=ctx.command_path if ctx else "dayori")
    print_line(told, sys.stderr)


def _locale(ctx: Any) -> Locale:
    return "en" if ctx.find_root().obj == "en" else "ja"


def _settings_file(arguments: Sequence[str]) -> Path | None:
    """Return the settings file that the arguments name, before they are taken apart."""
    for n, each in enumerate(arguments):
        if each == "--config" and n + 1 < len(arguments):
            return Path(arguments[n + 1])
        if each.startswith("--config="):
            return Path(each.partition("=")[2])
    return None
