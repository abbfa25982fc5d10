"""Cards, lists and editions keep Discord's limits for any paper."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.dates import PaperDate
from bot.domain.digest import MOST_FOLLOW_UPS, Edition, FollowUp, Reason
from bot.domain.paper import Paper, with_id
from bot.domain.paper_update import make_update
from bot.formats.registry import read_file
from bot.i18n import LOCALES
from bot.platforms.discord.fallback import as_links
from bot.platforms.discord.render import DiscordRenderer, card_embed, embed_length, list_embed
from bot.search.results import Hit
from bot.services.papers.results import Result, Results
from tests.doubles.discord import violations_of
from tests.platforms.discord.conftest import PAPERS
from tests.platforms.papers import random_papers
from tests.samples import paper as sample

UPDATES = (
    make_update("version", PaperDate(2026, 11, 20), "v3", "https://arxiv.org/abs/2401.00009v3"),
    make_update("retraction", PaperDate(2026, 11, 22), "", "https://doi.org/10.1000/r"),
)
RENDERER = DiscordRenderer(ZoneInfo("Asia/Tokyo"))
MENTION = re.compile(r"(?<!\\)(?:\\\\)*(?:@everyone|@here|<[@#:/])")


def edition_of(papers: list[Paper], **how: Any) -> Edition:
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    reason, remaining, follow_ups = (
        how.get("reason", Reason.NEW),
        how.get("remaining", 0),
        how.get("follow_ups", ()),
    )
    return Edition("weekly", 12, moment, reason, tuple(papers), remaining, "ja", id=7, follow_ups=tuple(follow_ups))


# The ten thousand are in `python -m trials rendering`.
def test_random_papers_break_no_limit_and_mention_nobody() -> None:
    papers = random_papers(500, seed=0)
    for n, paper in enumerate(papers):
        embed = card_embed(paper, LOCALES[n % 2])
        assert len(embed["title"]) <= 256
        assert len(embed["description"]) <= 4096
        assert len(embed["footer"]["text"]) <= 2048
        assert embed_length(embed) <= 6000
        assert not MENTION.search(re.sub(r"https?://\S+", "", embed["description"]))
    for start in range(0, 500, 20):
        told = follow_ups_of(papers[start - 40 :])
        edition = edition_of(papers[start : start + 20], remaining=3, follow_ups=told)
        messages = RENDERER.edition(edition, lambda n: f"marker{n:02}")
        if told:
            assert messages[-1]["embeds"][-1]["description"].count("\n") == len(told) - 1
        for position, message in enumerate(messages):
            assert not MENTION.search(re.sub(r"https?://\S+", "", message["embeds"][-1]["description"]))
            assert violations_of("POST", "/channels/1/messages", message) == []
            assert f"#marker{position:02}" in message["embeds"][-1]["footer"]["text"]


def follow_ups_of(papers: list[Paper]) -> list[FollowUp]:
    return [FollowUp(paper, update) for paper in papers for update in paper.updates][:MOST_FOLLOW_UPS]


def test_follow_ups_stand_at_the_end_and_a_later_edit_leaves_them() -> None:
    papers = read_file(PAPERS)[:2]
    earlier = replace(sample(9), updates=UPDATES)
    (message,) = RENDERER.edition(edition_of(papers, follow_ups=follow_ups_of([earlier])), lambda n: "abcd2345")
    last = message["embeds"][-1]
    assert (last["title"], last["footer"]["text"]) == ("続報", "📰 以前お届けした論文について ・ #abcd2345")
    assert last["description"].split("\n") == [
        "🔄 [9番目の論文](<https://arxiv.org/abs/2401.00009v3>): v3が公開されました（2026年11月20日）",
        "⚠️ [9番目の論文](<https://doi.org/10.1000/r>): 撤回されました（2026年11月22日）",
    ]
    redrawn = RENDERER.redrawn(message, replace(papers[1], headline="改めた"), 2, "ja")
    assert redrawn
    assert redrawn["embeds"][-1] == last
    assert violations_of("POST", "/channels/1/messages", message) == []


def test_follow_ups_in_a_message_that_discord_refuses_stay_in_its_text_with_the_marker() -> None:
    told = [FollowUp(replace(sample(n), updates=UPDATES), UPDATES[n % 2]) for n in range(MOST_FOLLOW_UPS)]
    edition = edition_of(read_file(PAPERS), follow_ups=told)
    (message,) = RENDERER.edition(edition, lambda n: "abcd2345")
    content = as_links(message, "")["content"]
    assert len(content) <= 2000
    assert content.endswith("\n-# #abcd2345")
    assert "**続報**\n🔄 [0番目の論文](<https://arxiv.org/abs/2401.00009v3>): v3が公開されました" in content


def test_an_edition_of_follow_ups_alone_says_so() -> None:
    edition = edition_of([], reason=Reason.FOLLOW_UPS, follow_ups=follow_ups_of([replace(sample(9), updates=UPDATES)]))
    (message,) = RENDERER.edition(edition, lambda n: "abcd2345")
    assert "新しい論文はありませんが、以前お届けした論文1本に続報があります。" in message["content"]
    assert [embed["title"] for embed in message["embeds"]] == ["続報"]
    assert violations_of("POST", "/channels/1/messages", message) == []


def test_a_card_begins_with_a_retraction_and_tells_other_updates_in_small_print() -> None:
    embed = card_embed(replace(sample(1, comment="よい。"), updates=UPDATES), "ja")
    first, small, *_ = embed["description"].split("\n\n")
    assert first == "**⚠️ 撤回されました（2026年11月22日）**"
    assert small.endswith("\n-# 🔄 v3が公開されました（2026年11月20日）")
    assert embed["color"] != card_embed(sample(1), "ja")["color"]


def test_an_edition_holds_every_paper_in_order() -> None:
    papers = random_papers(25, seed=99)
    messages = RENDERER.edition(edition_of(papers), lambda n: str(n))
    embeds = [embed for message in messages for embed in message["embeds"]]
    assert [embed["footer"]["text"].split(" ")[0] for embed in embeds] == [paper.id for paper in papers]


def test_a_usual_week_is_one_message_with_its_marker_in_the_last_footer() -> None:
    papers = read_file(PAPERS)
    (message,) = RENDERER.edition(edition_of(papers), lambda n: "abcd2345")
    assert len(message["embeds"]) == 6
    assert message["embeds"][-1]["footer"]["text"].endswith("#abcd2345")
    assert message["allowed_mentions"] == {"parse": []}
    assert len(message["content"]) <= 2000


def test_an_edition_without_papers_says_why_and_carries_its_marker() -> None:
    (message,) = RENDERER.edition(edition_of([], reason=Reason.NOTICE), lambda n: "abcd2345")
    assert message["embeds"] == []
    assert "今回は新着の論文がありません" in message["content"]
    assert message["content"].endswith("#abcd2345")


def test_what_remains_is_counted_and_has_a_button() -> None:
    (message,) = RENDERER.edition(edition_of(read_file(PAPERS)[:2], remaining=3), lambda n: "abcd2345")
    (button,) = message["components"][0]["components"]
    assert button["label"] == "残り3本を見る"
    assert button["custom_id"] == "dayori:waiting:7"


def test_an_edited_headline_stands_in_the_contents_and_in_the_card_and_nothing_else_changes() -> None:
    papers = read_file(PAPERS)
    (message,) = RENDERER.edition(edition_of(papers, remaining=3), lambda n: "abcd2345")
    new = replace(papers[1], headline="改めた見出し [1]")
    redrawn = RENDERER.redrawn(message, new, 2, "ja")
    assert redrawn
    before, after = message["content"].split("\n"), redrawn["content"].split("\n")
    changed = [(old, line) for old, line in zip(before, after, strict=True) if old != line]
    assert changed == [(changed[0][0], f"2. [改めた見出し \\[1\\]](<{new.url}>)")]
    assert redrawn["embeds"][1]["title"] == "改めた見出し \\[1\\]"
    assert [e for n, e in enumerate(redrawn["embeds"]) if n != 1] == [
        e for n, e in enumerate(message["embeds"]) if n != 1
    ]
    assert redrawn["components"] == message["components"]
    assert RENDERER.redrawn(redrawn, new, 2, "ja") is None


def test_a_removed_paper_leaves_a_line_in_the_contents_and_on_its_card_and_comes_back_whole() -> None:
    papers = [*read_file(PAPERS)[:2], replace(sample(3), headline="~~チルダ~~の見出し")]
    (message,) = RENDERER.edition(edition_of(papers), lambda n: "abcd2345")
    removed = RENDERER.redrawn(message, papers[2], 3, "ja", is_removed=True)
    assert removed
    assert removed["content"].split("\n")[-1] == "3. ~~\\~\\~チルダ\\~\\~の見出し~~"
    assert removed["embeds"][:2] == message["embeds"][:2]
    assert removed["embeds"][2] == {
        "title": "~~\\~\\~チルダ\\~\\~の見出し~~",
        "color": 0x80848E,
        "description": "🗑️ この論文はコレクションから削除されました。",
        "footer": {"text": "paper-3 ・ #abcd2345"},
    }
    assert violations_of("PATCH", "/channels/1/messages/2", removed) == []
    assert RENDERER.redrawn(removed, papers[2], 3, "ja", is_removed=True) is None
    assert RENDERER.redrawn(removed, papers[2], 3, "ja") == message


def test_a_name_that_looks_like_a_marker_stands_once_and_no_marker_is_lost() -> None:
    papers = [replace(each, added_by="花子 ・ #beef2345") for each in read_file(PAPERS)[:2]]
    (message,) = RENDERER.edition(edition_of(papers), lambda n: "abcd2345")
    for place, paper in enumerate(papers, 1):
        redrawn = RENDERER.redrawn(message, replace(paper, headline="改めた"), place, "ja")
        assert redrawn
        assert [e["footer"] for e in redrawn["embeds"]] == [e["footer"] for e in message["embeds"]]


def test_a_message_that_an_older_version_posted_is_redrawn_too() -> None:
    url = "https://arxiv.org/abs/2401.00011"
    content = (
        "## 📮 論文だより 第12号\n-# 2026年11月23日\n前号のあとに加わった12本です。\n1. [一](<https://example.org/1>)\n"
        f"11. [古い見出し](<{url}>)\n…\n-# ほかに3本が次号を待っています。"
    )
    footer = {"text": "paper-11 ・ 追加: 花子 ・ #abcd2345"}
    card = {"title": "古い見出し", "color": 0x3F6FB5, "description": "-# 2023年7月", "url": url, "footer": footer}
    stored = {"content": content, "embeds": [card], "allowed_mentions": {"parse": []}}
    new = replace(sample(11), headline="新しい見出し")
    redrawn = RENDERER.redrawn(stored, new, 11, "ja")
    assert redrawn
    assert redrawn["content"] == content.replace("古い見出し", "新しい見出し")
    assert redrawn["embeds"][0]["title"] == "新しい見出し"
    assert redrawn["embeds"][0]["footer"]["text"].endswith(" ・ #abcd2345")
    cut = RENDERER.redrawn(stored, replace(new, id="paper-12"), 12, "ja")
    assert cut is None


def test_a_headline_changes_in_the_contents_also_where_its_card_is_in_another_message() -> None:
    papers = [replace(paper, excerpt="x" * 3000, comment="y" * 3000) for paper in random_papers(8, seed=3)]
    messages = RENDERER.edition(edition_of(papers), lambda n: f"marker{n:02}")
    assert len(messages) > 1
    new = replace(papers[-1], headline="最後の見出し")
    redrawn = RENDERER.redrawn(messages[0], new, 8, "ja")
    assert redrawn
    assert redrawn["embeds"] == messages[0]["embeds"]
    assert "最後の見出し" in redrawn["content"].split("\n")[-1]
    last = RENDERER.redrawn(messages[-1], new, 8, "ja")
    assert last
    assert last["content"] == ""
    assert last["embeds"][-1]["title"] == "最後の見出し"
    assert last["embeds"][-1]["footer"] == messages[-1]["embeds"][-1]["footer"]


def test_any_edited_or_removed_paper_leaves_a_message_within_the_limits_with_its_marker() -> None:
    papers, others = random_papers(300, seed=0), random_papers(300, seed=1000)
    for start in range(0, 300, 20):
        messages = RENDERER.edition(edition_of(papers[start : start + 20], remaining=3), lambda n: f"marker{n:02}")
        for place in range(1, 21):
            new = with_id(others[start + place - 1], papers[start + place - 1].id)
            how = {"is_removed": place % 4 == 0}
            messages = tuple(RENDERER.redrawn(message, new, place, "ja", **how) or message for message in messages)
        for position, message in enumerate(messages):
            assert violations_of("POST", "/channels/1/messages", message) == []
            assert f"#marker{position:02}" in message["embeds"][-1]["footer"]["text"]
        assert not MENTION.search(re.sub(r"https?://\S+", "", messages[0]["content"]))


def test_a_list_of_any_papers_keeps_the_limits() -> None:
    for start, papers in enumerate(random_papers(10, seed) for seed in range(50)):
        results = tuple(Result(paper, Hit(n, 1.0, None)) for n, paper in enumerate(papers))
        embed = list_embed(Results("x", 500, None, results, ()), "ja", start)
        assert len(embed["description"]) <= 4096


def test_the_comment_comes_before_the_excerpt() -> None:
    description = card_embed(read_file(PAPERS)[3], "ja")["description"]
    assert description.index("大規模言語モデルの土台") < description.index("> Proposes retention")
