"""Whatever a feed holds is inert: from its bytes to what Discord, Slack, a terminal and other programs get of it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape as xml_escape
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.errors import SourceError
from bot.domain.feed import Feed
from bot.domain.feed_address import Status
from bot.domain.feed_entry import FeedDocument, document_from, json_of_document
from bot.domain.feed_filter import FeedFilter, SkipReason
from bot.domain.feed_request import FeedRequest, free_name, valid_name
from bot.domain.identifiers import web_address
from bot.domain.paper import Paper
from bot.formats.registry import WRITERS
from bot.i18n import LOCALES, Locale, msg
from bot.platforms.console import feed_trial as console_trial
from bot.platforms.console import feeds as console_feeds
from bot.platforms.console import render as console_render
from bot.platforms.console.safe_console import SafeConsole
from bot.platforms.discord import feed_view as discord
from bot.platforms.discord.render import card_embed
from bot.platforms.slack import feed_view as slack
from bot.platforms.slack.blocks import section
from bot.platforms.slack.mrkdwn import escape as slack_escape
from bot.platforms.slack.render import card_blocks
from bot.platforms.slack.response import Answer
from bot.services.feeds.filter_effect import FilterEffect
from bot.services.feeds.offering import paper_of
from bot.services.feeds.outcomes import FeedPreview
from bot.services.feeds.statuses import FeedStatus
from bot.services.feeds.trial import FeedTrial
from bot.sources.feed_document import parse
from bot.store.feed_days import DayCounts
from tests.doubles.discord import violations_of
from tests.doubles.slack import problems_of
from tests.platforms.discord.test_render import MENTION
from tests.platforms.feeds import FEEDS
from tests.platforms.papers import HOSTILE

GOLDEN = [file.read_bytes() for file in sorted(FEEDS.iterdir()) if file.suffix != ".html"]
BAIT = (
    *HOSTILE,
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://evil.example/)[x](https://b.example",
    "https://evil.example/<@U012345678>|x",
    "https://user:password@evil.example/",
    "file:///etc/passwd",
    "=HYPERLINK('https://evil.example')",
    "\x1b]8;;https://evil.example\x07",
    "\x9b31m",
    "]]>",
    "&#x1b;[2J",
    "&#x202e;",
    "&lt;script&gt;",
    "\n\nTY  - GEN\nER  - ",
    "}}\n@misc{evil,",
    "A" * 3000,
)
PLACES = (
    b"title",
    b"link",
    b"description",
    b"guid",
    b"category",
    b"dc:creator",
    b"name",
    b"id",
    b"summary",
    b"content",
)
WHEN = datetime(2026, 11, 27, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Tokyo")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
ADDRESS = re.compile(r"https?://\S+")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return a golden feed into whose elements bait was put, or whose bytes were cut, doubled or overwritten."""
    body = draw(st.sampled_from(GOLDEN))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(body) - 1, 0)))
        match draw(st.sampled_from(("element", "element", "cut", "double", "overwrite"))):
            case "element":
                place, bait = draw(st.sampled_from(PLACES)), draw(st.sampled_from(BAIT))
                body = _put(body, place, bait, at, is_escaped=draw(st.booleans()))
            case "cut":
                body = body[:at] + body[at + draw(st.integers(1, 40)) :]
            case "double":
                body = body[:at] + body[max(at - draw(st.integers(1, 300)), 0) :]
            case "overwrite":
                body = body[:at] + draw(st.binary(min_size=1, max_size=8)) + body[at + 8 :]
    return body


def _put(body: bytes, place: bytes, bait: str, near: int, *, is_escaped: bool) -> bytes:
    """Put bait into an element's text, or a member's of JSON, the next one from somewhere on."""
    found = re.compile(rb"<" + place + rb"(?:\s[^<>]*)?>|\"" + place + rb"\": ?\"").search(body, near)
    found = found or re.compile(rb"<" + place + rb"(?:\s[^<>]*)?>").search(body)
    if found is None:
        return body
    text = json.dumps(bait)[1:-1] if found[0].endswith(b'"') else xml_escape(bait) if is_escaped else bait
    return body[: found.end()] + text.encode("utf-8", "surrogatepass") + body[found.end() :]


def parsed(body: bytes) -> FeedDocument | None:
    """Return the document as it comes out of the parsing process; None where it is refused in one sentence."""
    try:
        document = parse(body, "https://lab.example/feed", None, "lab.example")
    except SourceError:
        return None
    return document_from(json.loads(json.dumps(json_of_document(document))))


def of(bait: str) -> bytes:
    text = xml_escape(bait).encode("utf-8", "surrogatepass")
    names = (b"title", b"link", b"description", b"author", b"category")
    entry = b"".join(b"<%b>%b</%b>" % (name, text, name) for name in names)
    return b"<rss version='2.0'><channel><title>%b</title><item>%b</item></channel></rss>" % (text, entry)


@example(of("<script>alert(1)</script>"))
@example(of("javascript:alert(1)"))
@example(of("@everyone <@123456789012345678> <!channel>"))
@example(of("[x](https://evil.example/) <https://evil.example|x>"))
@settings(max_examples=60)
@given(mutated())
def test_no_feed_makes_an_error_or_breaks_a_limit_or_has_an_effect_anywhere(body: bytes) -> None:
    _check(body)


@pytest.mark.parametrize("bait", BAIT)
def test_bait_in_every_field_has_no_effect_anywhere(bait: str) -> None:
    _check(of(bait))


def _check(body: bytes) -> None:
    document = parsed(body)
    if document is None:
        return
    for locale in LOCALES:
        _check_discord(document, locale)
        _check_slack(document, locale)
        _check_terminal(document, locale)
    _check_exports([paper_of(entry) for entry in document.entries])


def trial_of(document: FeedDocument) -> FeedTrial:
    """Return a trial that shows each entry as coming in and as left out."""
    half = len(document.entries) // 2
    rule = document.title or "x"
    return FeedTrial(document, document.entries, {SkipReason("exclude", rule): list(document.entries[half:])})


def previews_of(document: FeedDocument) -> Iterator[FeedPreview]:
    trial = trial_of(document)
    bait = next((entry.metadata.title for entry in document.entries if entry.metadata.title), "x")
    filter = FeedFilter((bait,), (bait,), (bait,), (bait,))
    request = FeedRequest(_address_of(document), filter, name_of(document))
    yield FeedPreview(request, "0" * 12, trial)
    yield FeedPreview(request, "0" * 12, effect=effect_of(document))


def effect_of(document: FeedDocument) -> FilterEffect:
    trial = trial_of(document)
    return FilterEffect(len(trial.matched), 1, 2, trial.matched, trial.dropped)


def name_of(document: FeedDocument) -> str:
    return valid_name(free_name(document.title, "https://lab.example/feed", ()))


def _address_of(document: FeedDocument) -> str:
    links = (link.url for entry in document.entries for link in entry.metadata.links)
    return next(filter(None, map(web_address, links)), "https://lab.example/feed")


def status_of(document: FeedDocument) -> FeedStatus:
    feed = Feed(1, 1, 1, name_of(document), _address_of(document), FeedFilter((document.title or "x",)), WHEN)
    trouble = msg("{source} cannot be reached.", source=document.title)
    return FeedStatus(
        feed, Status("failing", WHEN, trouble), WHEN, DayCounts(2, 2, 1, 1, 1, 0, {("exclude", document.title): 1})
    )


def _check_discord(document: FeedDocument, locale: Locale) -> None:
    embeds = [discord.preview_embed(preview, locale) for preview in previews_of(document)]
    embeds += discord.list_embeds([status_of(document)] * 3, WHEN, locale)
    embeds += discord.list_embeds([status_of(document)] * 12, WHEN, locale)
    embeds += [card_embed(paper_of(entry), locale) for entry in document.entries[:5]]
    for embed in embeds:
        message = {"content": "", "embeds": [embed], "allowed_mentions": {"parse": []}}
        assert violations_of("POST", "/channels/1/messages", message) == []
        text = "\n".join(filter(None, (embed.get("title"), embed.get("description"))))
        assert not MENTION.search(re.sub(r"<t:\d+:f>", "", ADDRESS.sub("", text)))
        assert not re.search(r"\]\((?!<?https?://)", re.sub(r"\\.", "", text))
        assert not CONTROLS.search(text)


def _check_slack(document: FeedDocument, locale: Locale) -> None:
    answers = [slack.preview_answer("?", preview, locale) for preview in previews_of(document)]
    lines = slack.list_lines([status_of(document)] * 3, WHEN, locale)
    answers.append(Answer("?", tuple(map(section, lines))))
    answers += [Answer("?", tuple(card_blocks(paper_of(entry), locale))) for entry in document.entries[:5]]
    for answer in answers:
        assert problems_of(answer.message()) == []
        assert not re.search(r"<(?!https?://|!date\^)", json.dumps(answer.message()["blocks"], ensure_ascii=False))
    assert not re.search("[<>]", slack_escape(document.title))


def _check_terminal(document: FeedDocument, locale: Locale) -> None:
    out = io.StringIO()
    screen = SafeConsole(file=out, width=80)
    screen.print(console_trial.trial(trial_of(document), _address_of(document), locale, 80))
    screen.print(console_trial.effect(effect_of(document), locale, 80))
    screen.print(console_feeds.feed_list([status_of(document)], WHEN, ZONE, locale, 80))
    for entry in document.entries[:5]:
        screen.print(console_render.card(paper_of(entry), locale, 80))
    assert not CONTROLS.search(out.getvalue())


def _check_exports(papers: list[Paper]) -> None:
    for format, write in WRITERS.items():
        text = "".join(write(papers))
        assert not CONTROLS.search(text.replace("\r\n", "\n"))
        if format == "html":
            assert "<script" not in text
            assert not re.search(r"(?i)(?:href|src)=[\"']?\s*(?:javascript|data):", text)
            assert "<img" not in text
        if format == "csv":
            rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
            assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "-", "\t"))]
