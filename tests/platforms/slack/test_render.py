"""Cards and editions keep Slack's limits for any paper, and mention nobody."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.digest import MOST_FOLLOW_UPS, Edition, FollowUp, Payload, Reason
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper, with_id
from bot.domain.paper_update import make_update
from bot.formats.registry import read_file
from bot.i18n import LOCALES, Locale
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.mrkdwn import escape_within
from bot.platforms.slack.render import SlackRenderer, card_blocks, papers_of
from tests.conftest import STARTER
from tests.doubles.slack import problems_of
from tests.platforms.papers import random_papers as hostile_papers
from tests.samples import paper as sample
from tests.samples import random_papers

UPDATES = (
    make_update("version", PaperDate(2026, 11, 20), "v3", "https://arxiv.org/abs/2401.00009v3"),
    make_update("retraction", PaperDate(2026, 11, 22), "", "https://doi.org/10.1000/r"),
)
RENDERER = SlackRenderer(ZoneInfo("Asia/Tokyo"), CommandNames("dayori"))


def edition_of(papers: list[Paper], **how: Any) -> Edition:
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    reason, remaining, locale = how.get("reason", Reason.NEW), how.get("remaining", 0), how.get("locale", "ja")
    follow_ups = tuple(how.get("follow_ups", ()))
    return Edition("weekly", 12, moment, reason, tuple(papers), remaining, locale, id=7, follow_ups=follow_ups)


def follow_ups_of(papers: list[Paper]) -> list[FollowUp]:
    return [FollowUp(paper, update) for paper in papers for update in paper.updates][:MOST_FOLLOW_UPS]


def texts_of(payload: Payload) -> str:
    parts = [block.get("text") or element for block in payload["blocks"] for element in block.get("elements", [{}])]
    return "\n".join(part.get("text", "") for part in parts)


def problems(messages: tuple[Payload, ...]) -> list[str]:
    """Return what Slack refuses; the names of channels and dates, which answers hold, have no place in a digest."""
    named = re.findall(r"<[#!@].{9}", json.dumps(messages))
    return [*named, *(problem for message in messages for problem in problems_of(message, is_update=True))]


def test_follow_ups_stand_at_the_end_and_a_later_edit_leaves_them() -> None:
    earlier = replace(sample(9), updates=UPDATES)
    edition = edition_of([sample(1)], follow_ups=follow_ups_of([earlier]))
    (message,) = RENDERER.edition(edition, lambda n: "abcd2345")
    assert message["blocks"][-1]["text"]["text"].split("\n") == [
        "*続報*",
        "🔄 <https://arxiv.org/abs/2401.00009v3|9番目の論文>: v3が公開されました（2026年11月20日）",
        "⚠️ <https://doi.org/10.1000/r|9番目の論文>: 撤回されました（2026年11月22日）",
    ]
    assert message["text"].split("\n")[1:] == [
        "• 1番目の論文",
        "続報",
        "🔄 9番目の論文: v3が公開されました（2026年11月20日）",
        "⚠️ 9番目の論文: 撤回されました（2026年11月22日）",
    ]
    redrawn = RENDERER.redrawn(message, sample(1, headline="改めた"), 1, "ja")
    assert redrawn
    assert redrawn["blocks"][-1] == message["blocks"][-1]
    assert redrawn["text"].split("\n")[2:] == message["text"].split("\n")[2:]
    assert problems((message, redrawn)) == []


def test_an_edition_of_follow_ups_alone_says_so() -> None:
    told = follow_ups_of([replace(sample(9), updates=UPDATES)])
    (message,) = RENDERER.edition(edition_of([], reason=Reason.FOLLOW_UPS, follow_ups=told), str)
    assert "新しい論文はありませんが、以前お届けした論文1本に続報があります。" in message["text"]
    assert "続報" in texts_of(message)
    assert problems((message,)) == []


def test_a_card_warns_of_a_retraction_below_its_heading() -> None:
    heading, *_, small_print = card_blocks(replace(sample(1), updates=UPDATES), "ja")
    assert heading["text"]["text"].split("\n")[1] == "*⚠️ 撤回されました（2026年11月22日）*"
    assert "🔄 v3が公開されました（2026年11月20日）" in small_print["elements"][0]["text"]


# The ten thousand are in `make trials`.
@given(st.lists(random_papers, max_size=4), st.integers(0, 10**9), st.integers(0, 8), st.sampled_from(LOCALES))
def test_random_papers_break_no_limit_mention_nobody_and_come_in_order(
    plain: list[Paper], seed: int, hostile: int, locale: Locale
) -> None:
    papers = [with_id(paper, f"p{n}") for n, paper in enumerate([*plain, *hostile_papers(hostile, seed)])]
    told = follow_ups_of(hostile_papers(40, seed))
    edition = edition_of(papers, remaining=3, locale=locale, follow_ups=told)
    messages = RENDERER.edition(edition, lambda n: f"marker{n:02}")
    assert problems(messages) == []
    plain_last, last = messages[-1]["text"].split("\n")[-len(told) :], messages[-1]["blocks"][-1]["text"]["text"]
    assert len(told) == len(plain_last) == len(last.split("\n")) - 1
    assert [id for message in messages for id in papers_of(message)] == [paper.id for paper in papers]
    lines = [line for message in messages for line in message["text"].split("\n")[1:] if line.startswith("• ")]
    assert lines == [f"• {escape_within(paper.heading, 150)}" for paper in papers]
    for n, message in enumerate(messages):
        assert message["metadata"]["event_payload"] == {"key": f"marker{n:02}"}
        assert message["blocks"][0]["block_id"] == f"message:marker{n:02}"


def test_a_message_stays_within_every_limit_when_its_papers_are_edited_into_anything() -> None:
    papers = hostile_papers(200, seed=0)
    for old, *new in zip(papers[::4], papers[1::4], papers[2::4], papers[3::4], strict=True):
        (message,) = RENDERER.edition(edition_of([old]), str)
        for n, paper in enumerate(new):
            edited = RENDERER.redrawn(message, replace(paper, id=old.id), 1, "ja", is_removed=n == 1) or message
            assert problems((edited,)) == []
            assert papers_of(edited) == [old.id]
            assert edited["metadata"] == message["metadata"]


def test_a_usual_week_is_one_message_whose_text_names_every_headline() -> None:
    papers = read_file(STARTER)
    (message,) = RENDERER.edition(edition_of(papers), lambda n: "abcd2345")
    head, *lines = message["text"].split("\n")
    assert head.startswith("📮 論文だより 第12号: ")
    assert lines == [f"• {escape_within(paper.heading, 150)}" for paper in papers]
    assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)
    assert all(escape_within(paper.comment or "", 3000) in texts_of(message) for paper in papers)


def test_four_papers_are_listed_before_their_cards_and_three_are_not() -> None:
    papers = [sample(n, headline=f"<見出し{n}> " + "長" * 80 * (n == 2)) for n in range(1, 5)]
    (message,) = RENDERER.edition(edition_of(papers), str)
    assert message["blocks"][2]["text"]["text"].split("\n") == [
        "1. &lt;見出し1&gt;",
        f"2. &lt;見出し2&gt; {'長' * 52}…",
        "3. &lt;見出し3&gt;",
        "4. &lt;見出し4&gt;",
    ]
    (short,) = RENDERER.edition(edition_of(papers[:3]), str)
    assert all(block.get("block_id") != "contents" for block in short["blocks"])


def test_contents_that_are_too_long_end_with_a_sign_of_it() -> None:
    papers = [sample(n, headline=f"{n}番目の見出し" + "長" * 40) for n in range(1, 31)]
    first, *others = RENDERER.edition(edition_of(papers), str)
    *lines, last = first["blocks"][2]["text"]["text"].split("\n")
    assert last == "…"
    assert lines[-1].startswith(f"{len(lines)}. ")
    assert 15 < len(lines) < 30
    assert all(block.get("block_id") != "contents" for message in others for block in message["blocks"])


def test_an_edited_paper_changes_the_contents_of_the_first_message_too() -> None:
    papers = [sample(n, comment="長い感想。" * 300) for n in range(1, 13)]
    first, *_, last = RENDERER.edition(edition_of(papers), str)
    assert papers_of(first)[-1] != "paper-12" == papers_of(last)[-1]
    new = sample(12, headline="新しい見出し")
    edited = RENDERER.redrawn(first, new, 12, "ja")
    assert edited
    assert edited["blocks"][2]["text"]["text"].split("\n")[11] == "12. 新しい見出し"
    assert edited["text"] == first["text"]
    assert RENDERER.redrawn(edited, new, 12, "ja") is None
    assert problems((edited,)) == []


def test_contents_stay_within_their_length_when_every_heading_grows() -> None:
    papers = [sample(n, headline=f"{n}") for n in range(1, 31)]
    message = RENDERER.edition(edition_of(papers), str)[0]
    for n in range(1, 31):
        message = RENDERER.redrawn(message, sample(n, headline="長い見出し" * 20), n, "ja") or message
    assert problems((message,)) == []
    assert len(message["blocks"][2]["text"]["text"].split("\n")) == 30


def test_an_edition_without_papers_says_why() -> None:
    (message,) = RENDERER.edition(edition_of([], reason=Reason.NOTICE), lambda n: "abcd2345")
    assert "今回は新着の論文がありません" in texts_of(message)
    assert "dayori add" in message["text"]


def test_what_does_not_fit_into_one_message_goes_on_in_the_next_with_its_number() -> None:
    papers = [sample(n, comment="長い感想。" * 100) for n in range(30)]
    messages = RENDERER.edition(edition_of(papers), str)
    assert len(messages) > 1
    assert texts_of(messages[1]).startswith(f"📮 論文だより 第12号 (2/{len(messages)})")


def test_a_card_holds_all_that_is_known_and_links_only_what_leads_somewhere() -> None:
    (heading, body, small_print) = card_blocks(
        sample(
            1,
            comment="一行目\n<!channel> & <@U1>",
            excerpt="First.\nSecond.",
            tags=["検索"],
            date=PaperDate(2024, 1, 1),
        ),
        "ja",
    )
    assert heading["text"]["text"] == "*<https://arxiv.org/abs/2401.00001|1番目の論文>*\nA Paper on Subject 1"
    assert body["text"]["text"] == "一行目\n&lt;!channel&gt; &amp; &lt;@U1&gt;\n> First.\n> Second."
    facts, links, marks = small_print["elements"][0]["text"].split("\n")
    assert facts.startswith("2024年1月1日")
    assert "<https://arxiv.org/pdf/2401.00001|" in links
    assert marks == "#検索 ・ paper-1"


def test_an_address_that_grows_too_long_when_escaped_is_left_out() -> None:
    links = [Link(f"https://example.org/?{'&' * 690}"), Link(f"https://example.org/?{'&' * 130}")]
    first, second = (card_blocks(replace(sample(1), identifiers=Identifiers(), links=(link,)), "ja") for link in links)
    assert problems_of({"text": "x", "blocks": [*first]}) == problems_of({"text": "x", "blocks": [*second]}) == []
    assert first[0]["text"]["text"].startswith("*1番目の論文*")
    assert second[0]["text"]["text"].startswith("*<https://example.org/?&amp;")


def test_an_edited_paper_changes_its_card_and_its_line_and_nothing_else() -> None:
    (message,) = RENDERER.edition(edition_of([sample(1), sample(2), sample(3)]), str)
    edited = RENDERER.redrawn(message, sample(2, headline="新しい見出し", comment="足した感想"), 2, "ja")
    assert edited
    assert edited["text"].split("\n")[2] == "• 新しい見出し"
    assert "足した感想" in texts_of(edited)
    (anew,) = RENDERER.edition(
        edition_of([sample(1), sample(2, headline="新しい見出し", comment="足した感想"), sample(3)]), str
    )
    assert edited == anew
    assert RENDERER.redrawn(message, sample(2), 2, "ja") is None
    assert RENDERER.redrawn(message, sample(9), 9, "ja") is None


def test_a_removed_paper_leaves_a_line_in_the_contents_and_on_its_card_and_comes_back_whole() -> None:
    papers = [sample(n) for n in range(1, 4)] + [sample(4, headline="~チルダ~の<見出し>")]
    (message,) = RENDERER.edition(edition_of(papers), str)
    removed = RENDERER.redrawn(message, papers[3], 4, "ja", is_removed=True)
    assert removed
    struck = "~〜チルダ〜の&lt;見出し&gt;~"
    assert removed["text"].split("\n")[4] == f"• {struck}"
    assert removed["blocks"][2]["text"]["text"].split("\n")[3] == f"4. {struck}"
    last = removed["blocks"][-1]
    assert (last["block_id"], last["type"]) == ("paper:0:paper-4", "section")
    assert last["text"]["text"] == f"{struck}\n🗑️ この論文はコレクションから削除されました。"
    assert problems((removed,)) == []
    assert RENDERER.redrawn(removed, papers[3], 4, "ja", is_removed=True) is None
    assert RENDERER.redrawn(removed, papers[3], 4, "ja") == message
