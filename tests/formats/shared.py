"""Shared by the round-trip tests of foreign formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.dates import PaperDate
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper
from bot.domain.paper_update import make_update
from tests.samples import paper

UPDATES = (
    make_update("version", PaperDate(2026, 11, 20), "v3", "https://arxiv.org/abs/2401.00001v3"),
    make_update("venue", PaperDate(2026, 11, 21), "Proc. of A, B & C: 2026 {x}"),
    make_update("retraction", PaperDate(2026, 11, 22)),
)


def kept(papers: Sequence[Paper]) -> list[Paper]:
    """Return the papers as files keep them: without the time of their last change."""
    return [replace(paper, updated_at=None) for paper in papers]


def full(n: int) -> Paper:
    """Return the n-th paper with all fields set."""
    sample = paper(
        n,
        date=PaperDate(2000 + n % 25, 1 + n % 12, 1 + n % 28),
        comment=f"{n}番目。\n\n- 50% & more_or_less {{x}}\n  - ~y^2",
        excerpt=f"We show $O(n^{n})$ -- “so” it seems; \\alpha @ 'home', \"here\".",
        organization="Microsoft Research & Söhne",
        authors=["Donald E. Knuth", "Jörg Müller", "山田 太郎", "The ATLAS Collaboration", "OpenAI", "Dick and Jane"],
        links=[
            Link(f"https://arxiv.org/abs/2401.{n:05}"),
            Link("https://github.com/a/b_c%20d", "コード"),
            Link("https://example.org/?q=1&r=2#s"),
        ],
        tags=["検索", "large, very", "a;b", "C++"],
        identifiers=Identifiers(arxiv=f"2401.{n:05}", doi=f"10.1145/{n}.a_b", acl=f"2024.acl-long.{n + 1}"),
    )
    return replace(
        sample, added_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n), added_by="花子", updates=UPDATES
    )
