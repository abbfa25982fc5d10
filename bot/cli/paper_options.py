"""The options that describe a paper, and what they make of one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.cli.context import usage
from bot.domain.dates import parse_date
from bot.domain.draft import with_links
from bot.domain.paper import Link, Paper, with_changes
from bot.i18n import phrase

Headline = Annotated[str | None, typer.Option(help=phrase("The headline, in Japanese."))]
Comment = Annotated[str | None, typer.Option(help=phrase("Your comment."))]
Title = Annotated[str | None, typer.Option(help=phrase("The paper's title."))]
Date = Annotated[str | None, typer.Option(help=phrase("2023-07-19, 2023-07, July 19. 2023, 2023年7月19日 …"))]
Links = Annotated[list[str] | None, typer.Option("--link", help=phrase("A link; may be given several times."))]
Tags = Annotated[list[str] | None, typer.Option("--tag", help=phrase("A tag; may be given several times."))]


def apply_options(paper: Paper, **options: Any) -> Paper:
    """Return the paper with the given options; None leaves a field unchanged. Raises UsageError."""
    names = {"tag": "tags", "link": "links"}
    new = {names.get(name, name): value for name, value in options.items() if value is not None}
    with usage():
        if "date" in new:
            new["date"] = parse_date(new["date"]) if new["date"] else None
        if "links" in new:
            labels = {link.url: link.label for link in paper.links}
            paper = with_links(paper, [Link(url, labels.get(url)) for url in new.pop("links")])
        return with_changes(paper, **new)
