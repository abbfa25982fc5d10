"""The command that moves a whole store to another place or another kind of database."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from bot.cli.context import SettingsContext, UsageError, progress_bar, with_settings
from bot.config_values import InvalidValue, valid_database_url
from bot.i18n import phrase, t
from bot.platforms.console.output import print_json


@with_settings
async def copy_store(
    settings: SettingsContext,
    source: Annotated[
        str, typer.Argument(metavar="FROM", help=phrase("A database's URL as in database_url, or a SQLite file."))
    ],
    target: Annotated[str, typer.Argument(metavar="TO", help=phrase("The same; an empty database or a new file."))],
    as_json: Annotated[bool, typer.Option("--json", help=phrase("Print one JSON document and nothing else."))] = False,
) -> None:
    """Copy everything into an empty store, SQLite or PostgreSQL, and compare the two."""
    from bot.services.store_copies import copy

    locale = settings.config.locale
    with progress_bar(t(locale, "Copying")) as progress:
        copied = await copy(_url(source), _url(target), progress)
    if as_json:
        print_json({"tables": [table._asdict() for table in copied]})
        return
    table = Table(t(locale, "Table"), t(locale, "Rows"), t(locale, "Checksum"), box=None, pad_edge=False)
    for each in (each for each in copied if each.rows):
        table.add_row(each.name, f"{each.rows:,}", each.checksum)
    settings.console.print(table)
    settings.console.print(t(locale, "Everything was copied, and both stores hold the same rows."))


def _url(place: str) -> str:
    try:
        return valid_database_url(place if "://" in place else f"sqlite+aiosqlite:///{place}")
    except InvalidValue as error:
        raise UsageError(error.message) from error
