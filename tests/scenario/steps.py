"""One scenario for every platform: what people do, what they see, and what the store holds in the end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Any

from tests.scenario.driver import Driver, Form

_PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Step:
    """A driver's method with its arguments, and the answer that the person must see."""

    verb: str
    arguments: tuple[Any, ...] = ()
    answer: list[str] | None = None

    async def take(self, driver: Driver) -> None:
        """Take the step and compare what the person sees; what was posted follows an edit within seconds."""
        until = monotonic() + (_PATIENCE if self.verb == "posted" else 0)
        while (answer := await getattr(driver, self.verb)(*self.arguments)) != self.answer and monotonic() < until:
            await asyncio.sleep(0.05)
        assert answer == self.answer, f"{self} got {answer}"


RETNET = Form(
    "Retentive Network", "次を狙うRetNet", "2023-07-19", "並列に学習し、安く推論します。", "アーキテクチャ, LLM"
)
OPTUNA = Form("Optuna: A Next-generation Framework", "探索はお任せ", "2019-07", "定番です。", "AutoML")
PROPOSED = Form("Attention Is All You Need", "すべての始まり", "2017-06-12", "必読です。", "古典")
WAITING = Form("Language Models are Few-Shot Learners", "例を見せるだけ", "2020-05", "長いです。")

STEPS = (
    Step("add", ("https://arxiv.org/abs/2307.08621v4", RETNET)),
    Step("add", ("1907.10902", OPTUNA)),
    Step("look_up", ("retnet",), ["次を狙うRetNet"]),
    Step("look_up", ("1907.10902",), ["探索はお任せ"]),
    Step("subscribe", ("mon 09:00",)),
    Step("post"),
    Step("posted", (), ["次を狙うRetNet", "探索はお任せ"]),
    Step("edit", ("2307.08621", Form(headline="Transformerの次", comment="読み直しました。"))),
    Step("posted", (), ["Transformerの次", "探索はお任せ"]),
    Step("undo"),
    Step("posted", (), ["次を狙うRetNet", "探索はお任せ"]),
    Step("edit", ("2307.08621", Form(tags="LLM"))),
    Step("propose", ("1706.03762", PROPOSED)),
    Step("propose", ("https://arxiv.org/pdf/2005.14165", WAITING)),
    Step("look_up", ("1706.03762",), []),
    Step("accept"),
    Step("look_up", ("1706.03762",), ["すべての始まり"]),
    Step("remove", ("1907.10902",)),
    Step("look_up", ("1907.10902",), []),
)


def _paper(id: str, form: Form, identifiers: dict[str, str], tags: list[str], url: str) -> dict[str, Any]:
    return {
        "id": id,
        "headline": form.headline,
        "title": form.title,
        "date": form.date,
        "comment": form.comment,
        "excerpt": None,
        "venue": None,
        "organization": None,
        "authors": [],
        "links": [[url, None]],
        "tags": tags,
        "identifiers": identifiers,
    }


END: dict[str, Any] = {
    "papers": [
        _paper("1706.03762", PROPOSED, {"arxiv": "1706.03762"}, ["古典"], "https://arxiv.org/abs/1706.03762"),
        _paper("2307.08621", RETNET, {"arxiv": "2307.08621"}, ["LLM"], "https://arxiv.org/abs/2307.08621v4"),
    ],
    "history": [
        ("add", ["2307.08621"]),
        ("add", ["1907.10902"]),
        ("edit", ["2307.08621"]),
        ("undo", ["2307.08621"]),
        ("edit", ["2307.08621"]),
        ("add", ["1706.03762"]),
        ("remove", ["1907.10902"]),
    ],
    "subscriptions": [("weekly", "mon 09:00", [], "ja", True, False)],
    "editions": [("weekly", 1, "first", 0, True, 2)],
    "candidates": ["Language Models are Few-Shot Learners"],
}
# Each platform's channel is subscribed and receives the edition.
END_OF_BOTH = END | {
    "subscriptions": [("weekly", "mon 09:00", [], "ja", True, False), ("weekly-2", "mon 09:00", [], "ja", True, False)],
    "editions": [("weekly", 1, "first", 0, True, 2), ("weekly-2", 1, "first", 0, True, 2)],
}
