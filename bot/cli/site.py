"""The command that writes the collection as a site, and shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import CommandContext, UsageError, progress_bar, with_context
from bot.config_values import InvalidValue, valid_base_url, valid_listen
from bot.garbage_collection import search_young_only
from bot.i18n import msg, phrase, t
from bot.site_updates import site_folder

_ADDRESS = "127.0.0.1:8000"


@with_context
async def site(
    context: CommandContext,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=phrase("A new or empty folder, or that of the last site."))
    ],
    address: Annotated[
        str, typer.Argument(metavar="[ADDRESS]", help=phrase("Where --serve listens; by default 127.0.0.1:8000."))
    ] = "",
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help=phrase("Where the site will stand; by default site.base_url.")),
    ] = None,
    serve: Annotated[bool, typer.Option("--serve", help=phrase("Then show the site on this machine."))] = False,
) -> None:
    """Write the collection as static pages; only what changed since the last time is written."""
    if address and not serve:
        example = f"dayori site {out} --serve {address}"
        raise typer.BadParameter(t(context.locale, "Write it like: {example}", example=example))
    place, url = _checked(valid_listen, address or _ADDRESS), context.app.config.site.base_url
    if base_url is not None:
        url = _checked(valid_base_url, base_url)
    search_young_only()
    folder = await site_folder(context.app, context.workspace, out, url)
    with progress_bar(str(out)) as progress:
        report = await folder.build(progress)
    context.say(
        t(
            context.locale,
            "{papers} papers in {folder}: {written} files written, {removed} removed, {kept} as they were.",
            folder=str(out),
            **report._asdict(),
        )
    )
    if serve:
        await _show(context, out, place)


async def _show(context: CommandContext, folder: Path, address: str) -> None:
    from bot.site.server import served

    host, _, port = address.rpartition(":")
    async with served(folder, host.strip("[]"), int(port)) as url:
        context.say(t(context.locale, "The site is at {url} until Ctrl-C.", url=url))
        await asyncio.Event().wait()


def _checked(validate: Callable[[str], str], text: str) -> str:
    try:
        return validate(text)
    except InvalidValue as error:
        raise UsageError(msg("{value}: {reason}", value=text, reason=error.message)) from error
