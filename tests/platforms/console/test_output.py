"""No control character reaches a terminal, whatever prints it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from rich.text import Text

from bot.cli.context import errors_as_one_line, progress_bar
from bot.domain.candidate import Candidate
from bot.domain.digest import Edition, Reason, Subscription
from bot.domain.errors import InputError
from bot.domain.history import Change, Step
from bot.domain.paper import Link, Paper
from bot.domain.schedule import parse_schedule
from bot.i18n import Message
from bot.logs import configure_logs
from bot.platforms.console import render, reports
from bot.platforms.console.output import print_json, printable, printable_line, standard_output
from bot.platforms.console.prompt import _completer
from bot.platforms.console.safe_console import SafeConsole
from bot.search.results import Hit
from bot.services.check import Check
from bot.services.digests.delivery import DeliveryReport
from bot.services.digests.subscription_status import SubscriptionStatus
from bot.services.health import HealthReport
from bot.services.papers.importing import ImportReport
from bot.services.papers.results import Result, Results
from tests.logs import reset_logs

HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)
_PIECES = st.sampled_from(
    [
        "\x1b[2J",
        "\x1b]0;t\x07",
        "\x1b]8;;http://x\x1b\\",
        "\x9b31m",
        "\x9d0;t\x9c",
        "\x08",
        "\r",
        "\x7f",
        "\x00",
        "\u202e",
        "\u2066",
        "\u200f",
        "\ud800",
        "\udcff",
        "\U000e0041",
        "\x1bPq",
        "\x0e",
        "\x85",
        "\u2028",
        "[bold]",
        "[/]",
        ":smile:",
        "論文",
        "RetNet",
        "が",
        " ",
        "\n",
        "\t",
        "。",
        "👩‍🔬",
        "{x}",
        "%s",
        '"',
    ],
)
TEXTS = st.lists(_PIECES, min_size=1, max_size=8).map("".join)
MOMENT, ZONE = datetime(2026, 1, 5, tzinfo=UTC), ZoneInfo("Asia/Tokyo")


def hostile(text: str) -> Paper:
    """Return an unchecked paper, as an old database may contain."""
    return Paper(
        id=text,
        headline=text,
        title=text,
        comment=text,
        excerpt=text,
        organization=text,
        authors=(text,),
        links=(Link(text, text),),
        tags=(text,),
        added_by=text,
        added_at=MOMENT,
        updated_at=MOMENT,
    )


def shown(*what: Any, width: int = 60) -> str:
    """Return the output to a terminal, without the control sequences of styles."""
    out = io.StringIO()
    console = SafeConsole(file=out, width=width)
    for each in what:
        console.print(each)
    return out.getvalue()


def plain(text: Message | str) -> Message:
    return text if isinstance(text, Message) else Message("{problem}", {"problem": text})


def _drawn(text: str) -> list[Any]:
    paper, change = hostile(text), Change(1, "edit", MOMENT, text)
    step = Step(text, hostile(text), hostile(text + "x"))
    edition = Edition(text, 1, MOMENT, Reason.FIRST, (paper,), 3, "ja")
    results = Results(text, 1, text, (Result(paper, Hit(1, 1.0, None)),), ())
    several = Results(text, 2, None, (Result(paper, Hit(1, 1.0, None)),) * 2, ())
    nothing = Results(text, 0, text, (), (Result(paper, Hit(1, 1.0, None)),))
    report = ImportReport(added=[text], updated=[text], unchanged=[text], conflicts=[(text, plain(text))])
    report.headings[text] = text
    candidate = Candidate(1, {"title": text, "headline": text, "source": "1706.03762"}, text, text, MOMENT)
    delivered = DeliveryReport([text], [(text, plain(text))], [(text, plain(text))])
    schedule = replace(parse_schedule("mon 09:00"), text=text)
    subscription = Subscription(1, 1, text, "discord:1/2", schedule, (text,), "ja", MOMENT, plain(text))
    status = SubscriptionStatus(subscription, None, 1, MOMENT)
    findings = HealthReport((Check(text, "fault", plain(text), plain(text)),), (status,))
    return [
        render.card(paper, "ja", 60, 1),
        render.edition(edition, ZONE, 60, reports.prompt_name),
        render.results(results, "ja", 60),
        render.results(several, "en", 60),
        render.results(nothing, "ja", 60),
        reports.imported(report, text, "ja", dry_run=True),
        reports.delivery(delivered, "ja"),
        reports.undone(change, [text], "ja"),
        reports.redone(change, [text], "en"),
        reports.history([(change, step)], ZONE, "ja"),
        reports.inbox([candidate], ZONE, "ja"),
        reports.health(findings, ZONE, "ja", 80),
        Text(text),
        text,
    ]


@given(TEXTS)
def test_nothing_that_is_drawn_carries_a_command_to_the_terminal(text: str) -> None:
    for each in _drawn(text):
        assert not HARMFUL.search(shown(each)), each


@given(TEXTS)
def test_errors_progress_completions_and_documents_are_clean_too(text: str) -> None:
    async def complete(_: str) -> list[tuple[str, str]]:
        return [(text, text)]

    for print_it in (_error(text), _progress(text), _json(text), _content(text), _log(text)):
        assert not HARMFUL.search(print_it())
    completions = [each.text + each.display_text for each in _all(_completer(complete, ()), "/paper x")]
    assert completions
    assert not HARMFUL.search("".join(completions))


def _all(completer: Any, typed: str) -> list[Any]:
    async def collect() -> list[Any]:
        return [each async for each in completer.get_completions_async(Document(typed), CompleteEvent())]

    return asyncio.run(collect())


def _captured(print_it: Callable[[], None], monkeypatch: pytest.MonkeyPatch, stream: str) -> str:
    out = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(f"sys.{stream}", out)
        print_it()
    return out.getvalue()


def _error(text: str) -> Callable[[], str]:
    def fail() -> None:
        with pytest.raises(SystemExit), errors_as_one_line():
            raise InputError(plain(text))

    return lambda: _captured(fail, pytest.MonkeyPatch(), "stderr").rstrip("\n")


def _progress(text: str) -> Callable[[], str]:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def draw() -> str:
        out = Terminal()
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("TERM", "dumb")
            patched.setattr("sys.stderr", out)
            with progress_bar(text) as show:
                show(1, 2)
                show(2, 2)
        return out.getvalue().replace("\r", "")

    return draw


def _json(text: str) -> Callable[[], str]:
    def draw() -> str:
        printed = _captured(lambda: print_json({"text": text}), pytest.MonkeyPatch(), "stdout")
        assert json.loads(printed)["text"].encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")
        return printed

    return draw


def _content(text: str) -> Callable[[], str]:
    def write() -> None:
        content = text.encode("utf-8", "replace")
        out = standard_output()
        for n in range(len(content)):
            out.write(content[n : n + 1])

    return lambda: _captured(write, pytest.MonkeyPatch(), "stdout")


def _log(text: str) -> Callable[[], str]:
    def say() -> None:
        configure_logs(("secret",))
        structlog.get_logger().warning(text, reason=text, error=ValueError(text), several=[text])
        logging.getLogger("library").warning("%s", text)
        try:
            raise ValueError(text)
        except ValueError:
            structlog.get_logger().exception("failed")

    def draw() -> str:
        try:
            return _captured(say, pytest.MonkeyPatch(), "stderr")
        finally:
            reset_logs()

    return draw


@given(TEXTS)
def test_what_is_cleaned_keeps_everything_else(text: str) -> None:
    assert printable(printable(text)) == printable(text)
    assert "\n" not in printable_line(text)
    for texts in ("論文", "RetNet", "が", "👩‍🔬", "{x}"):
        assert printable(text).count(texts) >= text.count(texts)


def test_styles_are_the_only_commands_to_a_terminal() -> None:
    out = io.StringIO()
    console = SafeConsole(file=out, width=40)
    console._force_terminal = True
    console.print(Text("\x1b[31mred\x9b1m", style="bold"))
    assert "red" in out.getvalue()
    assert "[31m" in out.getvalue()
    assert "\x1b[31m" not in out.getvalue()


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "latin-1"])
def test_an_encoding_that_lacks_characters_gets_a_document_that_loses_none(encoding: str) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdout", out)
        print_json({"text": "📮 café 論文"})
        out.flush()
    assert json.loads(out.buffer.getvalue().decode(encoding))["text"] == "📮 café 論文"
