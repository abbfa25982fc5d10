"""Queries and papers designed to block the bot, among 10,000 and 100,000 papers: 20,000 look-ups in sequence.

Prints the slowest look-up and the longest step of the event loop, during which nobody else is answered, in milliseconds
of wall-clock time (which shows a busy machine) and of processor time (which shows our code).
"""

from __future__ import annotations

import asyncio
import gc
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.search import NOW, corpus, percentiles
from bot.domain.paper import Paper, make_paper
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.store.database import Database, open_database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add

SIZES = (10_000, 100_000)
QUERIES = 20_000
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


class Figures(NamedTuple):
    """Milliseconds of look-ups and of the loop's steps, by wall clock and by processor, and the slowest query."""

    looking: list[float]
    steps: list[float]
    busy: list[float]
    slowest: str


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


async def fill(database: Database, workspace: int, size: int) -> list[Paper]:
    """Import ordinary and hostile papers; return the hostile ones and some of the others."""
    hostile = list(papers(random.Random(1)))
    usual = list(corpus(size - len(hostile)))
    importing = Importer(database, lambda: NOW)
    await importing.run(workspace, usual, None)
    await importing.run(workspace, hostile, None)
    return hostile + random.Random(1).sample(usual, 200)


def time_steps(steps: list[float], busy: list[float]) -> None:
    """Record the duration of each step of the event loop from now on."""
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began, began_busy = time.perf_counter(), time.thread_time()
        run(handle)
        steps.append((time.perf_counter() - began) * 1000)
        busy.append((time.thread_time() - began_busy) * 1000)

    asyncio.Handle._run = timed  # type: ignore[method-assign,assignment]


async def look_up(lookup: Lookup, workspace: int, queries: list[str]) -> Figures:
    """Look everything up, every second time as a completion."""
    looking, steps, busy = list[float](), list[float](), list[float]()
    time_steps(steps, busy)
    slowest = (0.0, "")
    for n, query in enumerate(queries):
        began = time.perf_counter()
        if n % 2:
            await lookup.complete(workspace, query[:100])
        else:
            await lookup.look_up(workspace, query)
        looking.append((time.perf_counter() - began) * 1000)
        slowest = max(slowest, (looking[-1], query))
        await asyncio.sleep(0)
    return Figures(looking, steps, busy, slowest[1])


async def measure_one(size: int, count: int, path: Path) -> None:
    """Print the figures for a corpus of one size."""
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    search = await SearchIndex.open(database)
    workspace, _ = await find_or_add(database, "bench", NOW)
    papers = await fill(database, workspace, size)
    batch = list(queries(papers, count))
    gc.freeze()
    results = await look_up(Lookup(database, search), workspace, batch)
    await search.close()
    await database.close()
    p50, p99 = percentiles(results.looking)
    print(
        f"{size:>7,} papers, {count:,} hostile queries   p50 {p50:.2f}   p99 {p99:.2f}   slowest "
        f"{max(results.looking):.1f} ms   longest step of the event loop {max(results.steps):.1f} ms, "
        f"{max(results.busy):.1f} ms of the processor   ({results.slowest[:20]!r}, {len(results.slowest)} characters)",
        flush=True,
    )


def measure() -> None:
    """Measure every size, each in a process of its own if there are several."""
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            asyncio.run(measure_one(size, QUERIES, Path(folder) / f"{size}.db"))


if __name__ == "__main__":
    measure()
