"""Our commands at Slack: names in both languages, what they do, and an example, for help and the manifest."""

from __future__ import annotations

from dataclasses import dataclass

from bot.i18n import Message, msg


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command; `example` is what may follow its name."""

    name: str
    japanese: str
    about: Message
    example: str = ""


COMMAND_LIST = (
    CommandEntry("paper", "論文", msg("Look up a paper"), "RetNet"),
    CommandEntry("papers", "論文一覧", msg("Browse the papers, last added first"), "tag:RAG year:2023"),
    CommandEntry("random", "ランダム", msg("Show one paper at random"), "tag:RAG"),
    CommandEntry("addpaper", "論文追加", msg("Add a paper by its link"), "https://arxiv.org/abs/1706.03762"),
    CommandEntry("editpaper", "論文編集", msg("Change what a paper says"), "RetNet"),
    CommandEntry("removepaper", "論文削除", msg("Remove a paper"), "RetNet"),
    CommandEntry("undo", "元に戻す", msg("Undo my last change")),
    CommandEntry("history", "履歴", msg("See who changed what"), "RetNet"),
    CommandEntry("inbox", "受信箱", msg("Decide on papers that people proposed or feeds found")),
    CommandEntry("alias", "別名", msg("Name words for the same thing"), "add RAG = 検索拡張生成"),
    CommandEntry("digest", "だより", msg("Choose where and when the digest comes"), "subscribe #papers mon 09:00"),
    CommandEntry("feed", "フィード", msg("Choose where new papers come from"), "add https://rss.arxiv.org/rss/cs.CL"),
    CommandEntry("export", "書き出し", msg("Get papers as a file"), "bibtex tag:RAG"),
    CommandEntry("stats", "統計", msg("See the collection in numbers")),
    CommandEntry("help", "ヘルプ", msg("List the commands")),
)
