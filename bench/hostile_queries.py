"""Papers and queries designed to block the bot."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from bot.domain.paper import Paper, make_paper

_KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノラリルレロンガギグゲゴッャュョーヴ"
_HIRAGANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはをがでもらりるれろん"
_KANJI = "深層学習検索拡張生成画像認識自然言語処理強化最適化推論評価効率分散"
_MARKS = "\u0301\u0316\u0323\u3099\u309a\u200d\ufe0f"
_OPERATORS = (
    '"',
    "*",
    "AND",
    "OR",
    "NOT",
    "NEAR(",
    ")",
    ":",
    "^",
    "-",
    "+",
    "{",
    "}",
    "%",
    "_",
    "?",
    "[",
    "]",
    "\\",
    "tag:",
    "author:",
    "year:2020-2024",
    "has:code",
    '""',
    "'",
    ";",
    "--",
    "\u3000",
    "\u0000",
)
_WORDS = (
    "attention",
    "transformer",
    "retention",
    "retnet",
    "diffusion",
    "reinforcement",
    "learning",
    "neural",
    "retrieval-augmented",
    "gpt-4",
    "state-of-the-art",
    "e",
    "the",
    "of",
    "リテンション",
    "トランスフォーマー",
    "アテンション",
    "ニューラルネットワーク",
    "検索拡張生成",
    "拡散モデル",
    "の",
    "を",
    "ア",
    "ン",
)


def papers(dice: random.Random) -> Iterator[Paper]:
    """Return papers within the limits with texts that are slow to process."""
    alphabets = (
        _KATAKANA,
        _HIRAGANA,
        _KANJI,
        "abcdefghij",
        "ab",
        "0123456789",
        "アー",
        "ア",
        "a",
        "-a",
        "e" + _MARKS,
        "ﷺ",
        "ｶﾞ",
        "가나다",
        "a b",
        "ア イ",
        "aア亜",
    )
    for n, letters in enumerate(alphabets * 3):

        def run(length: int, letters: str = letters) -> str:
            return "".join(dice.choices(letters, k=length))

        yield make_paper(
            id=f"hostile-{n}",
            title=f"{n} {run(490)}",
            headline=run(500),
            comment=run(3926) + "リテンション" if n % 2 else run(10_000),
            excerpt=run(10_000) if n % 2 else " ".join(run(5) for _ in range(1500)),
            authors=[run(39) + str(m) for m in range(4_500)] if n % 2 else [run(980) + str(m) for m in range(200)],
            tags=[f"{run(190)}{m}" for m in range(50)],
        )


def queries(corpus: list[Paper], count: int, seed: int = 1) -> Iterator[str]:
    """Yield queries that nobody types, of up to 2,000 characters."""
    dice = random.Random(seed)

    def run(letters: str) -> str:
        return "".join(dice.choices(letters, k=int(2 ** dice.uniform(0, 11))))

    def some(words: tuple[str, ...], most: int, between: str = " ") -> str:
        return between.join(dice.choices(words, k=dice.randint(1, most)))

    def part(text: str | None) -> str:
        at = dice.randrange(max(1, len(text or "")))
        return (text or "")[at : at + int(2 ** dice.uniform(0, 11))]

    def typo(text: str) -> str:
        at = dice.randrange(max(1, len(text)))
        return text[:at] + dice.choice("アaん検x") + text[at + dice.randint(0, 2) :]

    def paper() -> Paper:
        return dice.choice(corpus)

    shapes: tuple[Callable[[], str], ...] = (
        lambda: run(_KATAKANA),
        lambda: run(_HIRAGANA),
        lambda: run(_KANJI),
        lambda: run("abcdefghijklmnopqrstuvwxyz"),
        lambda: run("ab "),
        lambda: run("アイ "),
        lambda: run("e" + _MARKS),
        lambda: run('"*()-: aア'),
        lambda: run(_KATAKANA + _HIRAGANA + _KANJI + "abc123 -."),
        lambda: "".join(
            chr(dice.choice((0x20, 0x3040, 0x4E00, 0xAC00, 0x1F300)) + dice.randrange(90))
            for _ in range(dice.randint(1, 300))
        ),
        lambda: some(_OPERATORS, 200, dice.choice(("", " "))),
        lambda: some(_WORDS, 400),
        lambda: some(_WORDS, 40, ""),
        lambda: some(_WORDS, 60, "-"),
        lambda: " ".join(f'"{word}"' for word in dice.choices(_WORDS, k=dice.randint(1, 80))),
        lambda: " ".join(f"-{word}" for word in dice.choices(_WORDS, k=dice.randint(1, 80))) + " a",
        lambda: " ".join(f"{key}{some(_WORDS, 1)}" for key in dice.choices(("tag:", "author:", "year:19", ""), k=60)),
        lambda: dice.choice(_WORDS) * int(2 ** dice.uniform(0, 8)),
        lambda: dice.choice(_KATAKANA + _HIRAGANA + _KANJI) * int(2 ** dice.uniform(0, 11)),
        lambda: part(paper().title),
        lambda: part(paper().comment),
        lambda: part(paper().excerpt),
        lambda: typo(part(paper().headline)),
        lambda: typo(part(paper().comment)),
        lambda: typo(dice.choice(_WORDS)) + " " + dice.choice(_WORDS),
        lambda: typo(paper().title),
        lambda: "リテンシャン",
        lambda: "https://" + run("abc./?=%&-"),
        lambda: " ".join(run("アイウab")[:30] for _ in range(dice.randint(1, 64))),
    )
    for _ in range(count):
        yield dice.choice(shapes)()[:2000]
