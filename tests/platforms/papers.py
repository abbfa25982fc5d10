"""Random papers with worst cases: any Unicode, any length, Markdown, mentions, right-to-left, zero width."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from bot.domain.dates import PaperDate
from bot.domain.errors import InputError
from bot.domain.paper import LIMITS, MOST_LINKS, Link, Paper, make_paper
from bot.domain.paper_update import KINDS, Update, joined, make_update

HOSTILE = (
    "@everyone",
    "@here",
    "<@123456789012345678>",
    "<@&987654321098765432>",
    "<#123456789012345678>",
    "</paper:123>",
    "<t:1700000000:R>",
    "<:emoji:123456789012345678>",
    "<!channel>",
    "<!here|here>",
    "<@U0123456789>",
    "<!subteam^S012345|@lab>",
    "<#C0123456789|general>",
    "<#C0123456789>",
    "<!date^1700000000^{date}|表示>",
    "<https://evil.example|表示>",
    "&lt;!channel&gt;",
    "*太字*",
    "**太字**",
    "__下線__",
    "~~消~~",
    "||隠す||",
    "`code`",
    "```\nblock\n```",
    "[表示](https://evil.example/)",
    "[x](<https://evil.example>)",
    "# 見出し",
    "-# 小さく",
    "> 引用",
    ">>> 引用",
    "- 箇条",
    "1. 番号",
    "\\",
    "\\\\*",
    "https://example.com/a_b_(c)",
    "<https://example.com>",
    "\u202e逆さ\u202c",
    "\u2067rtl\u2069",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\x00",
    "\x1b[31m",
    "\ud800",
    "👩‍👩‍👧‍👦",
    "🇯🇵🇯🇵",
    "e\u0301" * 3,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴",
    "שלום עולם",
    "مرحبا",
    "ｶﾞﾊﾞ",
    "\u3000",
    "\n\n\n\n",
    "\r\n",
    "\u2028",
    "\u0085",
    "\t",
)
_RANGES = ((0x20, 0x7E), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0x0, 0x2FFF), (0x1F300, 0x1FAFF), (0x0, 0x10FFFF))


def random_papers(n: int, seed: int) -> list[Paper]:
    """Return that many papers; the same for the same seed."""
    dice = random.Random(seed)
    return [_paper(dice, number) for number in range(n)]


def _paper(dice: random.Random, number: int) -> Paper:
    for _ in range(100):
        try:
            made = make_paper(
                id=f"p{number}",
                title=_text(dice, 400) + "題",
                headline=_text(dice, 400) if dice.random() < 0.7 else None,
                date=PaperDate(dice.randint(1900, 2100), dice.randint(1, 12)) if dice.random() < 0.7 else None,
                comment=_text(dice, LIMITS["comment"]) if dice.random() < 0.7 else None,
                excerpt=_text(dice, LIMITS["excerpt"]) if dice.random() < 0.7 else None,
                organization=_text(dice, 250) if dice.random() < 0.5 else None,
                authors=[_text(dice, 200) for _ in range(dice.randint(0, 8))],
                links=[
                    Link(f"https://example.com/{'x' * dice.randint(0, 1500)}{n}", _text(dice, 60))
                    for n in range(MOST_LINKS if dice.random() < 0.02 else dice.randint(0, 5))
                ],
                tags=[_text(dice, 50) for _ in range(dice.randint(0, 10))],
            )
            return replace(made, updates=joined(_updates(dice)))
        except InputError:
            continue
    raise AssertionError("no paper could be made of a hundred random ones")


def _updates(dice: random.Random) -> Iterator[Update]:
    for _ in range(dice.randint(1, 6) if dice.random() < 0.3 else 0):
        day = PaperDate(2026, dice.randint(1, 12), dice.randint(1, 28))
        yield make_update(dice.choice(KINDS), day, _text(dice, 400), f"https://example.com/{_text(dice, 90)}")


def _text(dice: random.Random, longest: int) -> str:
    length = longest if dice.random() < 0.03 else int(longest * dice.random() ** 4)
    text = ""
    while len(text) < length:
        low, high = dice.choice(_RANGES)
        middle = dice.randint(low, high)
        run = "".join(map(chr, range(middle, min(high, middle + dice.randint(1, 60)) + 1)))
        text += dice.choice(HOSTILE) if dice.random() < 0.5 else run
    return text[:length]
