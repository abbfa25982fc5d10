"""The command that decides on candidates: by keys at a terminal, by arguments in a script."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

import typer

from bot.cli.context import CommandContext, with_context
from bot.cli.paper_options import Comment, Date, Headline, Links, Tags, Title, apply_options
from bot.domain.candidate import Candidate, proposed_paper
from bot.domain.paper import Paper
from bot.formats.json import columns_of
from bot.i18n import Message, msg, phrase, t
from bot.platforms.console import inbox as console
from bot.platforms.console import reports
from bot.platforms.console.output import print_json, print_line
from bot.services.papers.acceptance import is_other_comment
from bot.services.papers.decision_text import ReviewResult, action_message, undo_message
from bot.services.papers.submitter import Submitter


class _Outcome(NamedTuple):
    """What became of a candidate; `decision` is what its proposer is told, if anything."""

    candidate: Candidate
    state: Literal["accepted", "rejected", "later", "waiting"]
    paper: Paper
    message: Message
    decision: ReviewResult | None = None


_ACTS = ("accept", "reject", "later", "undo")


@with_context
async def inbox(
    context: CommandContext,
    act: Annotated[str | None, typer.Argument(metavar="[accept|reject|later|undo]")] = None,
    number: Annotated[
        int | None,
        typer.Argument(metavar="[N]", help=phrase("The candidate's number; undo takes your last decision by default.")),
    ] = None,
    headline: Headline = None,
    comment: Comment = None,
    title: Title = None,
    date: Date = None,
    link: Links = None,
    tag: Tags = None,
    as_json: Annotated[bool, typer.Option("--json", help=phrase("Print one JSON document and nothing else."))] = False,
) -> None:
    """Decide on candidates: one after another by keys, or one by its number."""
    options = {"headline": headline, "comment": comment, "title": title, "date": date, "link": link, "tag": tag}
    given = {name: value for name, value in options.items() if value is not None}
    if act is None and not given:
        await _show(context, as_json=as_json)
        return
    if act not in _ACTS or (number is None and act != "undo") or (given and act != "accept"):
        raise typer.BadParameter(t(context.locale, "Write it like: {example}", example="dayori inbox accept 3"))
    outcome = await _decide(context, act, number, given)
    if as_json:
        print_json({"number": outcome.candidate.number, "state": outcome.state, "paper": columns_of(outcome.paper)})
    else:
        _print(context, outcome, given)
    if outcome.decision and (problem := await _tell(context, outcome.candidate, outcome.paper, outcome.decision)):
        print_line(problem.text(context.locale), sys.stderr if as_json else sys.stdout)


async def _show(context: CommandContext, *, as_json: bool) -> None:
    """Go through the inbox by keys where somebody sits at a terminal, else list it."""
    if not as_json and sys.stdin.isatty() and sys.stdout.isatty():
        await console.decide(context.terminal, "", partial(_tell, context))
        return
    waiting = await context.services.inbox.waiting(context.workspace)
    if as_json:
        print_json({"candidates": [_columns(each) for each in waiting]})
        return
    if waiting and waiting[0].is_find and (order := await context.services.inbox.order_message(context.workspace)):
        context.say(order.text(context.locale))
    context.console.print(reports.inbox(waiting, context.services.zone, context.locale))


async def _decide(context: CommandContext, act: str, number: int | None, options: dict[str, Any]) -> _Outcome:
    """Do what the arguments say. Raises DecidedError."""
    service, place = context.services.inbox, context.workspace
    by = Submitter(context.user, context.actor, context.locale, is_curator=True)
    if act == "undo":
        candidate = await service.undo(place, by, number)
        paper = proposed_paper(candidate)
        return _Outcome(candidate, "waiting", paper, undo_message(candidate, paper))
    assert number is not None
    if act == "accept":
        candidate, accepted = await service.accept(
            place, number, by, change_paper=lambda paper: apply_options(paper, **options)
        )
        known = msg("This paper is in the collection already.")
        message = action_message("accepted", accepted.paper) if accepted.is_new else known
        return _Outcome(candidate, "accepted", accepted.paper, message, accepted.result)
    if act == "reject":
        candidate = await service.reject(place, number, by)
        paper = proposed_paper(candidate)
        return _Outcome(candidate, "rejected", paper, action_message("rejected", paper), "rejected")
    candidate = await service.put_off(place, number, by)
    paper = proposed_paper(candidate)
    return _Outcome(candidate, "later", paper, action_message("put off", paper))


def _print(context: CommandContext, outcome: _Outcome, options: dict[str, Any]) -> None:
    context.say(outcome.message.text(context.locale))
    if outcome.state == "accepted":
        context.show(outcome.paper)
    wanted = apply_options(proposed_paper(outcome.candidate), **options)
    if outcome.decision == "known" and is_other_comment(wanted, outcome.paper):
        context.say(t(context.locale, "The proposal's comment: {comment}", comment=wanted.comment))


async def _tell(context: CommandContext, candidate: Candidate, paper: Paper, decision: ReviewResult) -> Message | None:
    """Have the proposer told, with a connection made for this; return that they were not."""
    from bot.runner import tell_proposer  # slow to import, and few commands need it

    return await tell_proposer(context.app, candidate, paper, decision)


def _columns(candidate: Candidate) -> dict[str, Any]:
    return {
        "number": candidate.number,
        "paper": columns_of(proposed_paper(candidate)),
        "feeds": list(candidate.feeds),
        "proposed_by": candidate.proposed_by,
        "proposed_at": candidate.proposed_at.isoformat(),
        "score": candidate.score,
    }
