"""The prompt prints the digest, answers every command, and ends with its input."""

from __future__ import annotations

import io

import pytest

from bot.app import App
from bot.domain.draft import Draft
from bot.domain.paper import with_changes
from bot.platforms.console.safe_console import SafeConsole
from bot.platforms.console.shell import Shell
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from tests.collection import all_papers
from tests.finds import find_many
from tests.samples import paper
from tests.stores import execute


@pytest.fixture
async def filled(app: App) -> App:
    for n in range(12):
        await app.services.library.add(1, paper(n, tags=["偶数"] if n % 2 == 0 else []), None)
    return app


async def typed(app: App, *lines: str, width: int = 80) -> str:
    """Return what is printed when these lines are typed."""
    out = io.StringIO()
    console = SafeConsole(file=out, width=width)
    pipe = io.StringIO("".join(f"{line}\n" for line in lines))
    await Shell(app.services, 1, console, "花子", pipe=pipe).run()
    return out.getvalue()


async def test_the_digest_comes_first(filled: App) -> None:
    printed = await typed(filled)
    assert printed.startswith("📮 論文だより 第1号")
    assert printed.count("╭─") == 10


async def test_an_empty_collection_says_what_to_do(app: App) -> None:
    assert "/addpaper" in await typed(app)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("/paper paper-3", ["3番目の論文", "╰─"]),
        ("3番目", ["3番目の論文"]),
        ("2401.00003", ["3番目の論文"]),
        ("/paper", ["/paper RetNet"]),
        ("/paper zzzzqqqq", ["見つかりませんでした"]),
        ("/papers", ["12本中 1〜10本目", "あと2本あります"]),
        ("/papers tag:偶数", ["6本"]),
        ("/open paper-3", ["3番目の論文"]),
        ("/open nobody", ["IDが「nobody」の論文はありません。"]),
        ("/digest", ["創刊号です"]),
        ("/help", ["/addpaper", "/papers", "論文を探す"]),
        ("/nonsense", ["/nonsense というコマンドはありません"]),
        ("/alias", ["別名はまだありません"]),
        (
            "/alias add RAG = 検索拡張生成、Retrieval augmented",
            ["別名を登録しました: RAG = 検索拡張生成、Re"],
        ),
        ("/alias add RAG", ["別名は、言葉と、それと同じ意味の言葉を一つ以上"]),
        ("/alias remove RAG", ["「RAG」"]),
        ("/alias RAG", ["add、remove、listのどれか", "/alias add RAG = 検索拡張生成"]),
        ("/addpaper", ["/addpaper https://arxiv.org/abs/1706.03762"]),
        ("/addpaper RetNet", ["リンクでもarXivの番号でもDOIでもありません"]),
        ("/addpaper https://arxiv.org/pdf/2401.00003v2", ["この論文はもう登録されています。", "3番目の論文"]),
    ],
)
async def test_a_line_is_answered(filled: App, line: str, parts: list[str]) -> None:
    printed = (await typed(filled, line)).removeprefix(await typed(filled))
    for part in parts:
        assert part in printed


async def test_a_paper_to_change_is_named_by_words_and_asked_for_where_several_fit(filled: App) -> None:
    one = await typed(filled, "/removepaper 3番目の論文", "n")
    assert "paper-3 ─╯\n削除しませんでした。" in one
    several = await typed(filled, "/removepaper tag:偶数", "seven", "7", "1", "y")
    assert several.count("1から6までの番号") == 2
    results = await filled.services.lookup.look_up(1, "tag:偶数")
    assert results.total == 5
    stopped = await typed(filled, "/history tag:偶数", "")
    assert "何も変更していません" in stopped
    none = await typed(filled, "/editpaper zzzzqqqq")
    assert "「zzzzqqqq」に当てはまる論文は見つかりませんでした。" in none


async def test_a_number_opens_that_paper_of_the_list(filled: App) -> None:
    printed = (await typed(filled, "/papers", "2")).removeprefix(await typed(filled, "/papers"))
    assert "10番目の論文" in printed
    assert printed.count("╭─") == 1


@pytest.mark.parametrize("line", ["/open " + "9" * 5000, "9" * 5000, "/open ²"])
async def test_a_number_of_no_paper_ends_nothing(filled: App, line: str) -> None:
    printed = await typed(filled, line, "/open paper-1")
    assert printed.rstrip().endswith("╯")


async def test_more_shows_the_next_page_until_the_last(filled: App) -> None:
    printed = await typed(filled, "/papers", "/more", "/more")
    assert "12本中 11〜12本目" in printed
    assert "これで全部です。" in printed


async def test_a_paper_is_added_by_its_link_and_found(app: App) -> None:
    answers = ("Attention Is All You Need", "Transformerの原論文", "", "必読", "NLP, 古典", "y")
    printed = await typed(app, "/addpaper https://arxiv.org/abs/1706.03762", *answers, "/paper Transformer")
    assert "保存しました（ID: 1706.03762）。" in printed
    paper = await app.services.lookup.get(1, "1706.03762")
    assert (paper.title, paper.headline, paper.comment) == answers[:2] + answers[3:4]
    assert (str(paper.date), paper.tags, paper.added_by) == ("2017-06", ("NLP", "古典"), "花子")


async def test_a_paper_is_not_added_without_consent_or_title(app: App) -> None:
    printed = await typed(app, "/addpaper 1706.03762", "Attention", "", "", "", "", "n")
    assert "保存しませんでした。" in printed
    printed = await typed(app, "/addpaper 1706.03762", "")
    assert "タイトルがありません" in printed
    assert await all_papers(app.services.lookup, 1) == []


@pytest.mark.parametrize("command", ["/quit"])
async def test_quit_ends_the_session(filled: App, command: str) -> None:
    assert await typed(filled, command, "/papers") == await typed(filled)


async def test_every_command_of_the_help_works(filled: App) -> None:
    listed = await typed(filled, "/help")
    for name in ("/paper", "/papers", "/more", "/open", "/addpaper", "/digest", "/help", "/quit"):
        assert f"  {name} " in listed
        assert f"{name} というコマンドはありません" not in await typed(filled, f"{name} 0")


async def test_an_alias_finds_papers_until_it_is_removed(filled: App) -> None:
    printed = await typed(
        filled,
        "/alias add 三つめ = 3番目",
        "/alias list",
        "/paper 三つめ",
        "/alias remove 三つめ",
        "/alias",
        "/paper 三つめ",
    )
    _, after = printed.split("別名はまだありません")
    assert printed.count("三つめ = 3番目") == 2
    assert "別名で一致" in printed
    assert "3番目の論文" not in after


@pytest.mark.parametrize(
    "line", ["／ｐａｐｅｒ　3番目", "/PAPER 3番目", "／open　paper-3", "/paper　　paper-3", "３番目"]
)
async def test_full_width_and_capitals_are_understood(filled: App, line: str) -> None:
    assert "3番目の論文" in (await typed(filled, line)).removeprefix(await typed(filled))


async def test_a_command_that_takes_nothing_does_nothing_with_an_argument(filled: App) -> None:
    changes = len(await filled.services.library.history(1))
    assert "/redo だけを入力してください（「3」は付けられません）。" in await typed(filled, "/redo 3")
    assert "「x」" in await typed(filled, "/quit x")
    assert len(await filled.services.library.history(1)) == changes


@pytest.mark.parametrize("word", ["help", "HELP", "ｈｅｌｐ", "ヘルプ"])
async def test_help_is_a_word_too(filled: App, word: str) -> None:
    assert await typed(filled, word) == await typed(filled, "/help")


@pytest.mark.parametrize("word", ["exit", "quit", "／quit", "終了"])
async def test_leaving_takes_a_word(filled: App, word: str) -> None:
    assert await typed(filled, word, "/papers") == await typed(filled)


FORM = ("/editpaper paper-3", "新しい題名", "新しい見出し", "2024-01", "新しいコメント", "タグ")


@pytest.mark.parametrize(
    "lines",
    [
        *(FORM[:n] for n in range(1, 7)),
        (*FORM, "n"),
        ("/removepaper paper-3",),
        ("/removepaper paper-3", ""),
        ("/removepaper paper-3", "n"),
        ("/addpaper 1706.03762", "題名"),
        ("/addpaper 1706.03762", "題名", "", "", "", ""),
        ("/addpaper 1706.03762", "題名", "", "", "", "", "no"),
    ],
)
async def test_a_no_and_the_end_of_input_change_nothing(filled: App, lines: tuple[str, ...]) -> None:
    before = await filled.services.library.history(1)
    await typed(filled, *lines)
    assert await filled.services.library.history(1) == before


async def test_a_wrong_date_is_asked_again_and_nothing_typed_is_lost(filled: App) -> None:
    lines = [
        "/editpaper paper-3",
        "新しい題名",
        "新しい見出し",
        "someday",
        "2024-13-45",
        "2024年2月",
        "コメント",
        "",
        "y",
    ]
    printed = await typed(filled, *lines)
    assert "「someday」は日付として読み取れません" in printed
    assert "2024-13-45" in printed
    paper = await filled.services.lookup.get(1, "paper-3")
    assert (paper.title, paper.headline, str(paper.date), paper.comment) == (
        "新しい題名",
        "新しい見出し",
        "2024-02",
        "コメント",
    )


async def test_a_form_that_cannot_be_used_is_there_again_with_what_was_typed(filled: App) -> None:
    long = "長" * 5000
    printed = await typed(filled, "/editpaper paper-3", "題名", long, "", "", "", "", "見出し", "", "", "", "y")
    paper = await filled.services.lookup.get(1, "paper-3")
    assert (paper.title, paper.headline) == ("題名", "見出し"), printed


async def test_what_was_undone_is_redone_and_a_change_is_undone_by_its_number(filled: App) -> None:
    await filled.services.library.remove(1, "paper-3", None)
    (removal, _), *_ = await filled.services.library.history(1)
    await filled.services.library.remove(1, "paper-4", None)
    printed = await typed(filled, f"/undo {removal.id}")
    assert f"この変更を取り消しますか？ #{removal.id}" in printed or "取り消しました" in printed
    assert (await filled.services.lookup.get(1, "paper-3")).id == "paper-3"
    printed = await typed(filled, "/redo", f"/undo {removal.id + 100}", "/undo third", "/redo")
    assert "やり直しました" in printed
    assert f"変更{removal.id + 100}はありません" in printed
    assert "「third」は変更の番号ではありません" in printed
    assert "やり直せる取り消しはありません" in printed


@pytest.mark.parametrize(("answers", "saved"), [(("y", "y"), True), (("y", "n"), False), (("n",), False)])
async def test_a_paper_of_the_same_title_is_asked_about_at_the_prompt(
    filled: App, answers: tuple[str, ...], saved: bool
) -> None:
    form = ("A Paper on Subject 1", "", "", "", "")
    printed = await typed(filled, "/addpaper 10.1000/182", *form, *answers)
    assert ("同じタイトルの論文が" in printed) == (answers[0] == "y")
    assert ("保存しませんでした。" in printed) != saved
    assert len(await all_papers(filled.services.lookup, 1)) == 12 + saved


async def test_a_proposal_of_a_paper_that_is_there_says_so_and_offers_its_comment(filled: App) -> None:
    there = await filled.services.lookup.get(1, "paper-3")
    taro = Submitter("太郎", "discord:1", "ja", is_curator=False)
    proposing = Submission(filled.database, filled.clock, "curators")
    await filled.services.library.remove(1, "paper-3", None)
    await proposing.add(1, Draft("2401.00003"), with_changes(there, comment="提案のコメント"), taro)
    await filled.services.undo.undo(1, None)
    printed = await typed(filled, "/inbox", "a", "y")
    assert "この論文はもう登録されています。" in printed
    assert "太郎さんに知らせられませんでした: ここはDiscordにつながっていません。" in printed
    assert (await filled.services.lookup.get(1, "paper-3")).comment == "提案のコメント"
    assert await filled.services.inbox.waiting(1) == []


@pytest.fixture
async def found(app: App) -> App:
    await find_many(app.database, 1, app.clock, 3)
    return app


async def test_candidates_are_decided_on_by_letters_at_the_prompt(found: App) -> None:
    lines = ("/inbox", "Ｒ", "u", "l", "?", "a", "読む価値あり", "要点は三つ。", "LLM, RAG", "q", "/papers")
    printed = await typed(found, *lines)
    for sentence in (
        "arxiv-cl が見つけました。",
        "「A Paper on Subject 1」を却下しました。",
        "「A Paper on Subject 1」の却下を取り消しました。",
        "「A Paper on Subject 1」をあと回しにしました。",
        "「読む価値あり」を採用しました。",
    ):
        assert sentence in printed
    accepted = await found.services.lookup.get(1, "paper-2")
    assert (accepted.comment, accepted.tags, accepted.added_by) == ("要点は三つ。", ("LLM", "RAG"), "花子")
    assert [each.number for each in await found.services.inbox.waiting(1)] == [1, 3]


async def test_a_form_at_the_prompt_asks_again_for_what_is_wrong(found: App) -> None:
    lines = ("/inbox", "e", "題名", "見出し", "いつか", "2024-01-22", "", "")
    printed = await typed(found, *lines)
    assert "いつか" in printed
    saved = await found.services.lookup.get(1, "paper-1")
    assert (saved.title, saved.headline, str(saved.date)) == ("題名", "見出し", "2024-01-22")


@pytest.mark.parametrize(
    "lines", [("/inbox",), ("/inbox", "a"), ("/inbox", "e", "題名", "見出し"), ("/inbox", "x", "")]
)
async def test_the_end_of_input_in_the_inbox_changes_nothing(found: App, lines: tuple[str, ...]) -> None:
    printed = await typed(found, *lines)
    assert "判断しなかったものは" in printed or "中止しました" in printed
    assert len(await found.services.inbox.waiting(1)) == 3
    assert await found.services.library.history(1) == []


async def test_what_somebody_else_decided_meanwhile_is_said_before_the_next(found: App) -> None:
    class Late(io.StringIO):
        """Lines of which the first decides only after another curator has."""

        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
            line = super().readline()
            if line == "r\n":
                execute(
                    found.database.url,
                    "UPDATE candidates SET decision = 'rejected', decided_by = '次郎', decider = 'discord:3',"
                    " decided_at = '2026-01-01T00:00:00.000000+00:00' WHERE number = 3",
                )
            return line

    out = io.StringIO()
    await Shell(found.services, 1, SafeConsole(file=out, width=80), "花子", pipe=Late("/inbox\nr\nq\n")).run()
    assert "「A Paper on Subject 1」は次郎さんがすでに却下しました。" in out.getvalue()
    assert [each.number for each in await found.services.inbox.waiting(1)] == [2, 1]


async def test_the_help_keeps_its_column_on_a_narrow_terminal(filled: App) -> None:
    printed = await typed(filled, "/help", width=44)
    for line in printed[printed.index("  /paper ") :].splitlines():
        assert line.startswith(("  /", " " * 16)), line
        assert line == line.rstrip()
