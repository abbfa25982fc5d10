"""Cards, lists and editions fit the terminal for all papers."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from bot.domain.dates import PaperDate
from bot.domain.digest import Edition, FollowUp, Reason
from bot.domain.errors import InputError
from bot.domain.paper import Link, Paper, make_paper
from bot.domain.paper_update import make_update
from bot.platforms.console import render
from bot.platforms.console.reports import prompt_name
from bot.search.results import Hit
from bot.services.papers.results import Result, Results
from tests.doubles.clock import TOKYO
from tests.samples import NASTY, paper, random_papers

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
NOW = datetime(2024, 1, 22, tzinfo=UTC)


def drawn(what: RenderableType, width: int) -> list[str]:
    """Return the lines printed to a terminal of that width."""
    out = StringIO()
    Console(file=out, width=width, highlight=False, soft_wrap=False).print(what)
    return out.getvalue().split("\n")


def assert_fits(lines: list[str], width: int) -> None:
    assert not CONTROLS.search("".join(lines)), ascii(lines)
    for line in lines:
        assert cell_len(line) <= width, ascii(line)


def results(*papers: Paper, total: int = 0, near: bool = False) -> Results:
    rows = tuple(Result(each, Hit(n, 1.0, None)) for n, each in enumerate(papers))
    return Results("問い", total or len(papers), None, () if near else rows, rows if near else ())


@pytest.mark.parametrize("width", [60, 80, 120])
@settings(max_examples=40)
@given(paper=random_papers)
def test_a_random_paper_fits_every_terminal(width: int, paper: Paper) -> None:
    for locale in ("ja", "en"):
        lines = drawn(render.card(paper, locale, min(width, 100), 1), width)
        assert_fits(lines, width)
        framed = {cell_len(line) for line in lines if line and "\u200d" not in line}  # rich attaches it to the frame
        assert framed <= {min(width, 100)}


def test_two_thousand_random_papers_fit_the_terminal() -> None:
    dice = random.Random(20240122)
    console, out = Console(file=StringIO(), width=80, highlight=False), StringIO()

    pool = [
        "".join(dice.choices([*NASTY, *map(chr, dice.sample(range(0x30000), 40))], k=dice.choice((0, 1, 1, 2, 4))))
        for _ in range(3000)
    ]
    drawn_so_far = 0
    while drawn_so_far < 2000:
        try:
            title, headline, comment, name, tag = dice.choices(pool, k=5)
            links = [Link(f"https://a.org/{tag}", name)] if dice.random() < 0.3 else []
            paper = make_paper(title=title, headline=headline, comment=comment, authors=[name], tags=[tag], links=links)
        except InputError:
            continue
        out.truncate(0)
        out.seek(0)
        console.file = out
        console.print(render.card(paper, "ja", 80))
        assert_fits(out.getvalue().split("\n"), 80)
        drawn_so_far += 1


@settings(max_examples=20)
@given(st.lists(random_papers, min_size=1, max_size=4), st.sampled_from([60, 80, 120]))
def test_lists_and_editions_fit_every_terminal(papers: list[Paper], width: int) -> None:
    edition = Edition("weekly", 12, NOW, Reason.NEW, tuple(papers), 3, "ja")
    for what in (
        render.results(results(*papers, total=40), "ja", min(width, 100), 10),
        render.results(results(*papers, near=True), "en", min(width, 100)),
        render.edition(edition, TOKYO, min(width, 100), prompt_name),
    ):
        assert_fits(drawn(what, width), width)


def test_a_card_shows_everything_that_is_known() -> None:
    sample = paper(
        1,
        date=PaperDate(2023, 7, 19),
        organization="Microsoft Research",
        authors=["Yutao Sun"],
        comment="おすすめ",
        excerpt="Proposes retention.",
        links=[Link("https://github.com/microsoft/unilm")],
        tags=["LLM"],
    )
    text = "\n".join(drawn(render.card(sample, "ja", 80), 80))
    for part in (
        "1番目の論文",
        "A Paper on Subject 1",
        "2023年7月19日",
        "Microsoft Research",
        "Yutao Sun",
        "おすすめ",
        "Proposes retention.",
        "https://arxiv.org/abs/2401.00001",
        "https://arxiv.org/pdf/2401.00001",
        "コード",
        "#LLM",
        "paper-1",
    ):
        assert part in text


def test_markup_in_a_text_is_only_text() -> None:
    text = "\n".join(drawn(render.card(paper(1, comment="[bold red]x[/] [link=a]b[/link] :smile:"), "ja", 80), 80))
    assert "[bold red]x[/] [link=a]b[/link] :smile:" in text


def test_a_piped_terminal_is_sent_no_colour() -> None:
    assert "\x1b" not in "".join(drawn(render.card(paper(1), "ja", 80), 80))


def test_an_edition_tells_its_number_its_day_its_reason_and_what_remains() -> None:
    edition = Edition("weekly", 12, NOW, Reason.NEW, (paper(1), paper(2)), 3, "ja")
    text = "\n".join(drawn(render.edition(edition, TOKYO, 80, prompt_name), 80))
    for part in (
        "論文だより 第12号",
        "2024年1月22日",
        "前号のあとに加わった2本です。",
        "╭─ 2 ─",
        "残り3本は次号でお届けします。",
    ):
        assert part in text


def test_an_edition_ends_with_what_became_known_of_earlier_papers() -> None:
    retracted = replace(paper(9), updates=(make_update("retraction", PaperDate(2026, 11, 22)),))
    told = (FollowUp(retracted, retracted.updates[0]),)
    edition = Edition("weekly", 12, NOW, Reason.FOLLOW_UPS, (), 0, "ja", follow_ups=told)
    assert drawn(render.edition(edition, TOKYO, 80, prompt_name), 80)[-3:-1] == [
        "続報",
        "⚠️ 9番目の論文: 撤回されました（2026年11月22日）",
    ]
    assert "⚠️ 撤回されました（2026年11月22日）" in "\n".join(drawn(render.card(retracted, "ja", 80), 80))


def test_one_result_is_a_card_and_several_are_a_numbered_list() -> None:
    assert "╭" in "".join(drawn(render.results(results(paper(1)), "ja", 80), 80))
    listed = drawn(render.results(results(paper(1), paper(2), total=12), "ja", 80, 10), 80)
    assert listed[0] == "12本中 11〜12本目"
    assert listed[1].startswith(" 11 1番目の論文")


def test_no_result_says_so_and_offers_what_is_near() -> None:
    text = "\n".join(drawn(render.results(results(paper(1), near=True), "ja", 80), 80))
    assert "「問い」に当てはまる論文は見つかりませんでした。" in text
    assert "1番目の論文" in text


def test_the_width_is_the_terminals_within_reason() -> None:
    assert [render.width_of(Console(width=width)) for width in (10, 60, 300)] == [24, 60, 100]
