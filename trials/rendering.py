"""Renders ten thousand random papers for Discord and for Slack, and counts what either would refuse."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter

from bot.cli.context import progress_bar
from bot.domain.digest import MOST_FOLLOW_UPS, Edition, FollowUp, Payload, Reason
from bot.domain.paper import Paper
from bot.i18n import LOCALES
from bot.platforms.discord.render import DiscordRenderer, card_embed
from bot.platforms.slack.render import SlackRenderer, papers_of
from tests.doubles.discord import violations_of
from tests.doubles.slack import problems_of
from tests.platforms.papers import random_papers
from trials.victim import NAMES, POLICY

_SEEDS, _PAPERS, _EDITION = 10, 1000, 20
_RENDERER, _FOR_DISCORD = SlackRenderer(POLICY.zone, NAMES), DiscordRenderer(POLICY.zone)
_MENTION = re.compile(r"(?<!\\)(?:\\\\)*(?:@everyone|@here|<[@#:/])")


async def on_discord() -> int:
    """Print how many messages and cards ten thousand papers make, and what is wrong; return the number of failures."""
    began, messages, wrong = perf_counter(), 0, Counter[str]()
    with progress_bar("papers rendered for Discord") as progress:
        for seed in range(_SEEDS):
            papers = random_papers(_PAPERS, seed)
            for start in range(0, _PAPERS, _EDITION):
                contents = papers[start : start + _EDITION]
                cards = [{"embeds": [card_embed(paper, LOCALES[seed % 2])]} for paper in contents]
                rendered = [*_FOR_DISCORD.edition(_edition(contents, seed), lambda n: f"marker{n:02}"), *cards]
                messages += len(rendered)
                wrong.update(each for message in rendered for each in _problems_on_discord(message))
                progress(seed * _PAPERS + start + _EDITION, _SEEDS * _PAPERS)
    print(f"{_SEEDS * _PAPERS:,} random papers in {messages:,} messages for Discord in {perf_counter() - began:.0f} s")
    return _told(wrong)


async def on_slack() -> int:
    """Print how many messages ten thousand papers make, and what is wrong with them; return the number of failures."""
    began, messages, wrong = perf_counter(), 0, Counter[str]()
    with progress_bar("papers rendered for Slack") as progress:
        for seed in range(_SEEDS):
            papers = random_papers(_PAPERS, seed)
            for start in range(0, _PAPERS, _EDITION):
                contents = papers[start : start + _EDITION]
                rendered = _RENDERER.edition(_edition(contents, seed), lambda n: f"marker{n:02}")
                edited = [_edited(message, papers) for message in rendered if papers_of(message)]
                messages += len(rendered) + len(edited)
                wrong.update(problem for each in (*rendered, *edited) for problem in _problems(each))
                wrong["papers missing or out of order"] += _order(rendered) != [paper.id for paper in contents]
                progress(seed * _PAPERS + start + _EDITION, _SEEDS * _PAPERS)
    print(f"{_SEEDS * _PAPERS:,} random papers in {messages:,} messages for Slack in {perf_counter() - began:.0f} s")
    return _told(wrong)


def _told(wrong: Counter[str]) -> int:
    print(f"refused, or mentioning somebody: {wrong.total()}")
    for problem, times in (+wrong).items():
        print(f"  {times:6} {problem}")
    return wrong.total()


def _problems_on_discord(message: Payload) -> list[str]:
    """Return what Discord refuses, and what would mention somebody."""
    mentions = _MENTION.findall("\n".join(embed["description"] for embed in message["embeds"]))
    return [each[:80] for each in (*mentions, *violations_of("POST", "/channels/1/messages", message))]


def _problems(message: Payload) -> list[str]:
    """Return what Slack refuses, and names of channels, people and dates, which have no place in a digest."""
    named = re.findall(r"<[#!@].{9}", json.dumps(message))
    return [each[:80] for each in (*named, *problems_of(message, is_update=True))]


def _edition(papers: list[Paper], seed: int) -> Edition:
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    told = [FollowUp(paper, update) for paper in papers for update in paper.updates][:MOST_FOLLOW_UPS]
    locale = LOCALES[seed % 2]
    return Edition("weekly", 12, moment, Reason.NEW, tuple(papers), 3, locale, id=7, follow_ups=tuple(told))


def _order(messages: tuple[Payload, ...]) -> list[str]:
    return [id for message in messages for id in papers_of(message)]


def _edited(message: Payload, papers: list[Paper]) -> Payload:
    """Return the message after its first paper was edited into another."""
    old = papers_of(message)[0]
    new = replace(papers[len(message["text"]) % len(papers)], id=old)
    return _RENDERER.redrawn(message, new, 1, "ja") or message
