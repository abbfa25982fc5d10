"""Simulated teams for `bench.score_quality`: what each would accept of a corpus of papers that people collected."""

from __future__ import annotations

import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from bot.domain.paper import Paper, make_paper

ACCEPTED, NOISE = (0.08, 0.2), 0.1  # shares: of the finds that a team wants, and of what it wants that it rejects
STREAM, COLLECTION = 1_500, 100  # papers that feeds bring a team, and those that it had collected before
_ATTEMPTS = 20_000  # few venues have enough papers
_VENUE = re.compile(r"(.+) (?:19|20)\d\d")
_TOPICS = (
    ("diffusion", "拡散"),
    ("point cloud", "点群", "lidar"),
    ("error correct", "誤り訂正", "qubit"),
    ("retrieval", "検索"),
    ("reinforcement", "強化学習"),
    ("black hole", "ブラックホール"),
    ("segmentation", "セグメンテーション"),
    ("translation", "翻訳"),
    ("manipulation", "マニピュレーション"),
    ("graph neural", "グラフ"),
    ("speech", "音声"),
    ("entangle", "もつれ"),
    ("hallucinat", "factual"),
    ("nerf", "gaussian splatting", "3d reconstruction"),
    ("federated", "adversarial", "privacy"),
    ("gravitational wave", "重力波"),
    ("chain-of-thought", "reasoning", "推論"),
    ("question answering", "質問応答", "dialog", "対話"),
)
_UNWANTED = ("survey", "dataset", "benchmark", "medical", "review", "データセット", "数値")
_LABELS = (
    "Point Cloud",
    "CV",
    "NLP",
    "gr-qc",
    "hep-th",
    "cs.CL",
    "cs.RO",
    "quant-ph",
    "実験",
    "cs.IR",
    "cs.HC",
    "materials",
    "cs.GR",
)


class Entry(NamedTuple):
    """A paper as a feed brings it, with what only the simulation knows: its whole text and people's labels."""

    paper: Paper
    date: str
    text: str
    labels: frozenset[str]


Wish: TypeAlias = Callable[[Entry], bool]


class Team(NamedTuple):
    """What feeds bring a team, each with its decision, and its collection before the first one."""

    kind: str
    stream: list[tuple[Entry, bool]]
    collection: list[Entry]


def read_corpus(path: Path) -> list[Entry]:
    """Read papers in JSON, one a line."""
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as file:
        return [_entry(json.loads(line)) for line in file]


def teams(corpus: list[Entry], each: int, seed: int = 21) -> Iterator[Team]:
    """Yield teams: those that want topics, authors, topics at some venues, what people labelled, and a mixture."""
    for kind in ("topics", "authors", "venues", "labels", "mixture"):
        dice, made = random.Random(f"{seed}{kind}"), 0
        for _ in range(_ATTEMPTS):
            wish = _WISHES[kind](corpus, dice)
            if team := _team(kind, corpus, wish, ACCEPTED[made % len(ACCEPTED)], dice):
                yield team
                made += 1
            if made == each:
                break
        else:
            raise SystemExit(f"the corpus is too small for {each} teams that want {kind}; 10,000 papers are enough")


def _entry(record: dict[str, object]) -> Entry:
    tags = [str(tag) for tag in record["tags"] or ()]  # type: ignore[attr-defined]
    venue = next((match[1] for tag in tags if (match := _VENUE.fullmatch(tag))), None)
    texts = {name: str(record[name] or "") for name in ("title", "headline", "abstract", "comment")}
    paper = make_paper(
        title=texts["title"][:500],
        headline=texts["headline"][:500],
        excerpt=texts["abstract"][:10_000],
        comment=texts["comment"][:10_000],
        venue=venue,
        authors=record["authors"] or (),  # type: ignore[arg-type]
    )
    return Entry(paper, str(record["date"] or ""), " ".join(texts.values()).lower(), frozenset(tags))


def _team(kind: str, corpus: list[Entry], wish: Wish, share: float, dice: random.Random) -> Team | None:
    """Return a team of this wish; None if the corpus has too little for it."""
    wanted = [entry for entry in corpus if wish(entry)]
    dice.shuffle(wanted)
    collected, found = wanted[:COLLECTION], wanted[COLLECTION:]
    found = found[: int(STREAM * share)]
    if len(found) < STREAM * share / 2:
        return None
    rest = [entry for entry in corpus if not wish(entry)]
    others = dice.sample(rest, min(len(rest), int(len(found) * (1 - share) / share)))
    decided = [(entry, dice.random() >= NOISE) for entry in found]
    decided += [(entry, dice.random() < NOISE * share) for entry in others]
    dice.shuffle(decided)
    return Team(kind, decided, collected)


def _of_topics(_: list[Entry], dice: random.Random) -> Wish:
    words = [word for topic in dice.sample(_TOPICS, 3) for word in topic]
    unwanted = dice.sample(_UNWANTED, 2)
    return lambda entry: _has(entry, words) and not _has(entry, unwanted)


def _of_authors(corpus: list[Entry], dice: random.Random) -> Wish:
    frequent = Counter(author for entry in corpus for author in entry.paper.authors).most_common(80)
    names, words = {name for name, _ in dice.sample(frequent, 40)}, dice.choice(_TOPICS)
    return lambda entry: not names.isdisjoint(entry.paper.authors) or _has(entry, words)


def _of_venues(corpus: list[Entry], dice: random.Random) -> Wish:
    frequent = Counter(entry.paper.venue for entry in corpus if entry.paper.venue).most_common(12)
    venues = {venue for venue, _ in dice.sample(frequent, 4)}
    words = [word for topic in dice.sample(_TOPICS, 6) for word in topic]
    return lambda entry: entry.paper.venue in venues and _has(entry, words)


def _of_labels(_: list[Entry], dice: random.Random) -> Wish:
    labels = frozenset(dice.sample(_LABELS, 1))
    return lambda entry: not labels.isdisjoint(entry.labels)


def _mixed(corpus: list[Entry], dice: random.Random) -> Wish:
    wishes = [_of_topics(corpus, dice), _of_authors(corpus, dice)]
    return lambda entry: any(wish(entry) for wish in wishes)


def _has(entry: Entry, words: list[str] | tuple[str, ...]) -> bool:
    return any(word in entry.text for word in words)


_WISHES: dict[str, Callable[[list[Entry], random.Random], Wish]] = {
    "topics": _of_topics,
    "authors": _of_authors,
    "venues": _of_venues,
    "labels": _of_labels,
    "mixture": _mixed,
}
