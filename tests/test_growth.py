"""No text from outside can block the bot: reading it takes at most n·log n time, whatever it contains.

A pattern that is tried at every position and looks ahead to the end takes seconds at 80,000 characters, and `re` holds
the interpreter meanwhile. So this test finds every public function that takes text and calls it with texts that are
hard for such patterns; a function that it does not know how to call makes it fail.
"""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from time import thread_time
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

import bot
from bot.domain.card import card_of
from bot.domain.classifier import Classifier, counted_features
from bot.domain.dates import PaperDate
from bot.domain.digest import Edition, Reason
from bot.domain.draft import Draft
from bot.domain.errors import DayoriError
from bot.domain.feed_entry import FeedDocument, FeedEntry
from bot.domain.feed_filter import FeedFilter, SkipReason
from bot.domain.feed_rule import Text, stands_in
from bot.domain.folding import normalize
from bot.domain.history import Change, Step
from bot.domain.identifiers import Identifiers
from bot.domain.line_breaks import clipped, lines_of
from bot.domain.metadata import make_metadata
from bot.domain.paper import Link, Paper, make_paper, with_changes
from bot.domain.query import parse_query
from bot.domain.text import escaped_within, normalized
from bot.formats.links import Untitled
from bot.formats.registry import WRITERS
from bot.platforms.discord.feed_view import trial_embed
from bot.platforms.discord.render import card_embed, shows
from bot.platforms.slack.feed_view import trial_answer
from bot.search.document import document_of
from bot.search.results import Hit
from bot.services.digests.subscription_request import unknown_subscription
from bot.services.digests.subscription_status import paused_lines
from bot.services.feeds.trial import FeedTrial
from bot.services.papers.history_text import differences
from bot.services.papers.results import Result, Results
from bot.sources.feed_entries import entry_of
from bot.store.papers import columns_of
from tests.hostile_texts import FRAMES, JOINTS, UNITS, grown

Read = Callable[[str], object]
HardText = tuple[str, str]
"""What is repeated, and what stands before it."""

SIZE, FACTOR, ALLOWED = 1_500, 4, 2.5  # n·log n takes 4.7 times as long, n² 16 times
_USUAL = 2e-4  # seconds
WHEN = datetime(2024, 1, 1, tzinfo=UTC)


def filled(text: str) -> Paper:
    """Return a paper whose fields are all that text, beyond all limits."""
    return Paper(
        id="a",
        title=text,
        headline=text,
        date=PaperDate(2024),
        comment=text,
        excerpt=text,
        organization=text,
        authors=(text, text[:100]),
        links=(Link("https://a.jp/" + text, text),),
        tags=(text,),
        identifiers=Identifiers(doi="10.1/" + text),
        added_at=WHEN,
        added_by=text,
    )


def many(text: str) -> Paper:
    """Return a paper of as many parts as the text has characters."""
    parts = [f"{n} {letter}" for n, letter in enumerate(text[: len(text) // 30])]
    links = tuple(Link(f"https://a.jp/{n}", part) for n, part in enumerate(parts))
    return Paper(id="a", title="a", authors=tuple(parts), tags=tuple(parts), links=links)


def trial_of(text: str) -> tuple[FeedTrial, str, FeedFilter]:
    """Return a trial of a feed, its address and its filter, whose texts are all that text."""
    entry = FeedEntry(text, make_metadata(title=text, authors=[text]), (text,), text)
    document, left_out = FeedDocument(text, text, ()), {SkipReason("exclude", text): [entry]}
    return (
        FeedTrial(document, (entry,) * 3, left_out),
        "https://a.jp/" + text,
        FeedFilter((text,), (text,), (text,), (text,)),
    )


# How to make an argument of each type from a text; other types need their own entry.
MADE: dict[str, Callable[[str], Any]] = {
    "str": str,
    "bytes": lambda text: text.encode("utf-8", "surrogatepass"),
    "Paper": filled,
    "Locale": lambda _: "ja",
    "datetime": lambda _: WHEN,
    "int": lambda _: 60,
    "ZoneInfo": lambda _: ZoneInfo("Asia/Tokyo"),
    "Link": lambda text: Link(text, text),
    "Draft": lambda text: Draft("https://a.jp/b", text, text, "", text, text),
    "Metadata": lambda text: make_metadata(title=text, excerpt=text),
    "Results": lambda text: Results(text, 1, text, (Result(filled(text), Hit(1, 1.0, None)),), ()),
    "Console": lambda _: Console(width=60, quiet=True),
    "PaperDate": lambda _: PaperDate(2024),
    "float": lambda _: 1.0,
    "bool": lambda _: True,
    "Untitled": lambda text: Untitled(1, text),
    "Any": lambda text: text,
    "Query": parse_query,
    "Document": lambda text: document_of(filled(text)),
    "Edition": lambda text: Edition(text, 1, WHEN, Reason.NEW, (filled(text),), 1, "ja"),
    "Change": lambda text: Change(1, "edit", WHEN, text),
    "Step": lambda text: Step(text, filled(text), filled(text + "a")),
    "Mapping[str, Any]": lambda text: {
        "content": text,
        "embeds": [{"title": text, "url": text}],
        "blocks": [{"block_id": f"paper:0:{text}", "text": {"text": text}}],
        "text": text,
        "metadata": {"event_payload": {"key": "marker"}},
    },
}
SEVERAL = re.compile(r"(?:Iterable|Sequence|Collection|list|tuple)\[(\w+)(?:, \.\.\.)?\]")


def argument(annotation: str, text: str) -> Any:
    """Return an argument of that type made from the text. Raises KeyError for an unknown type."""
    kind = annotation.removesuffix(" | None").split(" | ")[0]
    if several := SEVERAL.fullmatch(kind):
        return (MADE[several[1]](text), MADE[several[1]](text[:50]))
    return MADE[kind](text)


# Functions whose text another function here has read already, and those that read files (each format is here) or a
# whole database. feedparser takes n² for an author's name of digits, so arXiv's answers are parsed only in a process
# that can be killed.
PASSED_OVER = re.compile(
    r"domain\.charsets\.is_valid|domain\.arxiv_announcement\.(?:belongs|compare|is_another_batch)|"
    r"sources\.(?:arxiv_answer\.parse|feed_entries\.entry_of|http\.target_of)|sources\.html_meta\.text_after|domain\.identifiers\.address_of|domain\.paper\.with_changes|domain\.draft\.draft_from|"
    r"formats\.(?:registry\.(?:read_file|read_contents|writer)|atomic_file\..+|record\.papers_of)|"
    r"formats\.json\.(?:read_tree|written_list)|services\.(?:cancellation\..+|draft_access\.require_own|papers\.(?:outcomes\..+|decision_text\.(?:un)?decided_message))|"
    r"formats\.(?:table_columns\.put_cell|paper_list\.read)|"
    r"search\.(?:results|planner|suggestions|spelling|stemming|ranking|synonyms|document)(?:\..+)?|"
    r"services\.(?:doctor\.source_addresses\.unreached|backup_folder\.copy_of)|services\.feeds\.reason_text\.reason_text|platforms\.(?:answer_trace\.answer_trace|console\.(?:feed_trial\.trial|reports\.imported|help\.(?:overview|of_command))|"
    r"discord\.modal\.feed_modal|slack\.feed_view\.preview_answer|discord\.(?:context|paper_list|permissions|components|api_errors)\..+|"
    r"slack\.(?:tokens\.token_problem|channels\.address_of|(?:blocks|bolt|card|context|draft_form|forms|listeners|paper_list|people|registry|response|commands)\..+))"
)
OWN: dict[str, Read] = {
    "domain.line_breaks.lines_of": lambda text: lines_of(text, 80.0, len),
    "domain.line_breaks.clipped": lambda text: clipped(text, 80.0, len),
    "many parts on a card": lambda text: (card_of(many(text), "ja"), document_of(many(text)), columns_of(many(text))),
    "many parts in a file": lambda text: [list(write([many(text)])) for write in WRITERS.values()],
    "many parts at Discord": lambda text: card_embed(many(text), "ja"),
    "a score": lambda text: Classifier().scorer().score(counted_features(many(text))),
    "a paper": lambda text: make_paper(
        title=text[:400], comment=text, authors=text.split("a"), tags=text[:40].split("a")
    ),
    "domain.text.normalized": lambda text: [normalized(form, text) for form in ("NFC", "NFKC", "NFD")],
    "domain.text.escaped_within": lambda text: escaped_within(text, 60, lambda each: each.replace("a", "&a"), 1),
    "services.digests.subscription_request.unknown_subscription": lambda text: unknown_subscription(text, ()),
    "changed": lambda text: with_changes(filled("a"), comment=text),
    "a list that changed": lambda text: differences(
        Step("a", *(replace(filled("a"), authors=tuple([f"{n}{at}{c}" for n, c in enumerate(text)])) for at in "xy")),
        "ja",
    ),
    "domain.feed_rule.stands_in": lambda text: stands_in(normalize(text[:400]), Text.of(text)),
    "sources.feed_entries.entry_of": lambda text: entry_of(
        {"title": text, "summary": text, "link": text, "id": text, "author": text, "tags": [{"term": text}]},
        "https://site.example/feed",
    ),
    "platforms.discord.feed_view.trial_embed": lambda text: trial_embed(*trial_of(text), "ja"),
    "platforms.slack.feed_view.trial_answer": lambda text: trial_answer(*trial_of(text), "ja"),
    "platforms.discord.render.shows": lambda text: shows({"embeds": [{"footer": {"text": text}}]}, text),
    "services.digests.subscription_status.paused_lines": lambda text: paused_lines(
        text, text, "ja", lambda command, locale: command
    ),
}
AREAS = ("domain", "sources", "formats", "services", "platforms", "search")


TEXTUAL = re.compile(r"\b(?:str|bytes|Paper|Link|Draft|Results|Edition)\b")


def functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield every public function of the packages that handle text, by name."""
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        room = module.name.removeprefix("bot.")
        if room.startswith(AREAS):
            for name, value in list(vars(importlib.import_module(module.name)).items()):
                function = inspect.unwrap(value) if callable(value) else None
                if (
                    inspect.isfunction(function)
                    and value.__module__ == module.name
                    and not name.startswith("_")
                    and not inspect.iscoroutinefunction(function)
                    and not inspect.isasyncgenfunction(function)
                ):
                    yield f"{room}.{name}", value


def reading(function: Callable[..., object]) -> Read | None:
    """Return how a function reads one text; None if it takes no text or cannot be called like this."""
    parameters = [each for each in inspect.signature(function).parameters.values() if each.default is each.empty]
    types = {each.name: str(each.annotation) for each in parameters}
    named = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}

    def read(text: str) -> object:
        arguments = {name: argument(type, text) for name, type in types.items()}
        return function(
            *(arguments[name] for name in types if name not in named), **{name: arguments[name] for name in named}
        )

    if not any(TEXTUAL.search(type) for type in types.values()):
        return None
    try:
        for type in types.values():
            argument(type, "a")
    except KeyError:
        return None
    return read


def readings() -> dict[str, Read]:
    """Return each reader with each frame of texts."""
    by_name = dict(OWN)
    for name, function in functions():
        if not PASSED_OVER.fullmatch(name) and (read := reading(function)):
            for frame, put in FRAMES.get(name, {"": str}).items():
                by_name[f"{name} {frame}".strip()] = functools.partial(
                    lambda read, put, text: read(put(text)), read, put
                )
    return by_name


def seconds(read: Read, text: str, times: int = 1) -> float:
    """Return the shortest time in which this thread reads a text, accepted or refused."""
    durations = []
    for _ in range(times):
        for cache in caches():
            cache.cache_clear()
        gc.disable()  # it scans all objects, whoever made them
        began = thread_time()
        try:
            with suppress(DayoriError, ValueError):
                read(text)
        finally:
            durations.append(thread_time() - began)
            gc.enable()
    return min(durations)


@functools.cache
def caches() -> list[Any]:
    """Return the caches, which would hide how long reading takes."""
    modules = [
        importlib.import_module(each.name)
        for each in pkgutil.walk_packages(bot.__path__, "bot.")
        if each.name.startswith(("bot.domain", "bot.formats", "bot.store.search_index"))
    ]
    return [value for module in modules for value in vars(module).values() if hasattr(value, "cache_clear")]


READINGS = readings()


def test_every_function_that_is_handed_text_is_read_here() -> None:
    unread = [
        name
        for name, function in functions()
        if not PASSED_OVER.fullmatch(name)
        and any(str(each.annotation) in ("str", "bytes") for each in inspect.signature(function).parameters.values())
        and not any(read.split(" ")[0] == name for read in READINGS)
    ]
    assert not unread, "give them a type in MADE, a reading in OWN or a place in PASSED_OVER"
    assert not FRAMES.keys() - {name for name, _ in functions()}


def growth(read: Read, unit: str, before: str, size: int) -> float:
    """Return how many times longer a text that is longer by FACTOR takes."""
    small, large = grown(unit, size, before), grown(unit, size * FACTOR, before)
    return seconds(read, large) / max(seconds(read, small, 2), 1e-4)


def texts_in_turn(name: str) -> Iterator[HardText]:
    """Yield each unit alone, and a third of them also after a letter with a joint, other ones for another function."""
    for n, unit in enumerate(UNITS, crc32(name.encode())):
        yield unit, ""
        if n % 3 == 0:
            yield unit + JOINTS[n // 3 % len(JOINTS)], "x"


def excess(read: Read, texts: Iterable[HardText]) -> str:
    """Return which of the texts takes more than its share when it is longer; only slow ones are measured."""
    size, usual = SIZE, "The quick brown fox, 2024. " * (SIZE // 27)
    while size > SIZE // 2 and seconds(read, usual[:size], 2) > _USUAL:
        size //= 2
    limit = 10 * seconds(read, usual[:size], 2) + 1e-3
    for unit, before in texts:
        if seconds(read, grown(unit, size, before)) > limit:
            ratios = [growth(read, unit, before, size)]
            while min(ratios) > ALLOWED * FACTOR and len(ratios) < 6:
                ratios.append(growth(read, unit, before, size))
            if min(ratios) > ALLOWED * FACTOR:
                return f"{unit!r} takes {min(ratios):.0f} times as long"
    return ""


# Every unit with every joint is in `python -m trials growth`.
@pytest.mark.parametrize("name", READINGS)
def test_reading_takes_its_share_longer_for_a_longer_text(name: str) -> None:
    assert not excess(READINGS[name], texts_in_turn(name))
