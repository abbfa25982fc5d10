"""Commands that change nothing: digest, search, show, history."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from io import TextIOWrapper
from time import perf_counter
from typing import Annotated, Any

import typer

from bot.cli.context import CommandContext, with_context
from bot.domain.digest import Edition
from bot.domain.errors import InputError
from bot.formats.json import columns_of, update_columns
from bot.i18n import msg, phrase
from bot.platforms.console import render, reports, shell
from bot.platforms.console.output import print_json
from bot.services.papers.results import Results
from bot.standard_input import next_line

_LONGEST_LINE = 100_000
# Asked before those of a series, so that its times have no imports and no patterns to compile: a typo in each script.
_FIRST_QUERIES = ("レトネッッット", "retnettt transformr 拡散モデル")
Json = Annotated[bool, typer.Option("--json", help=phrase("Print one JSON document and nothing else."))]


@with_context
async def digest(context: CommandContext, as_json: Json = False) -> None:
    """Compose the next edition and print it; nothing is posted."""
    edition = await context.services.digests.preview(
        await context.services.digests.default_subscription(context.workspace, context.locale)
    )
    if as_json:
        print_json(_edition_json(edition))
    else:
        shell.print_edition(context.console, edition, context.services.zone, context.locale, reports.cli_name)


@with_context
async def search(
    context: CommandContext,
    query: Annotated[
        str,
        typer.Argument(
            help=phrase(
                "May contain tag:X author:X venue:X year:2022-2024; - reads queries from standard input, one per line."
            )
        ),
    ],
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help=phrase("The most results to show."))] = 10,
) -> None:
    """Search the collection."""
    if query == "-":
        for line in _FIRST_QUERIES:
            await context.services.lookup.find(context.workspace, line, limit=limit)
        async for line in _queries():
            began = perf_counter()
            results = await context.services.lookup.find(context.workspace, line, limit=limit)
            elapsed = (perf_counter() - began) * 1000
            print_json({**_results_json(results), "elapsed_ms": round(elapsed, 3)}, indent=None)
        return
    results = await context.services.lookup.find(context.workspace, query, limit=limit)
    if as_json:
        print_json(_results_json(results))
    else:
        context.console.print(render.results(results, context.locale, render.width_of(context.console)))


@with_context
async def show(context: CommandContext, id: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
    """Show one paper."""
    paper = await context.services.lookup.get(context.workspace, id)
    if as_json:
        print_json(columns_of(paper))
    else:
        context.show(paper)


@with_context
async def history(context: CommandContext, id: Annotated[str | None, typer.Argument()] = None) -> None:
    """Show who changed what, newest first."""
    steps = await context.services.library.history(context.workspace, id)
    if id is not None and not steps:  # else a paper that was removed
        paper = await context.services.lookup.get(context.workspace, id)
        steps = await context.services.library.history(context.workspace, paper.id)
    context.console.print(reports.history(steps, context.services.zone, context.locale))


async def _queries() -> AsyncIterator[str]:
    """Yield the lines of standard input. Raises InputError for one that is too long."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    while line := await next_line(sys.stdin, _LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise InputError(
                msg("A line is longer than {most} characters; write one query per line.", most=_LONGEST_LINE)
            )
        yield line.rstrip("\r\n")


def _edition_json(edition: Edition | None) -> dict[str, Any]:
    """Return the next edition as JSON values; follow-ups only where there are some."""
    if edition is None:
        return {"subscription": None, "edition": None, "reason": "skip", "papers": [], "remaining": 0}
    follow_ups = [{"id": each.paper.id, **update_columns(each.update)} for each in edition.follow_ups]
    return {
        "subscription": edition.subscription,
        "edition": edition.number,
        "reason": edition.reason,
        "papers": [columns_of(paper) for paper in edition.papers],
        "remaining": edition.remaining,
    } | ({"follow_ups": follow_ups} if follow_ups else {})


def _results_json(results: Results) -> dict[str, Any]:
    rows = [{**columns_of(result.paper), "score": round(result.hit.score, 4)} for result in results.results]
    return {"query": results.query, "total": results.total, "suggestion": results.suggestion, "results": rows}
