"""The picture of statistics for the READMEs, as a team of a year might see it."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from bot.domain.charts import charts_of, heading_of
from bot.domain.dates import PaperDate
from bot.domain.statistics import CollectionStatistics, Count, Decisions, by_week, last_months
from bot.drawing.statistics import statistics_picture
from bot.i18n import t
from pictures.moment import MOMENT, ZONE

_TAGS = [
    *("LLM", "RAG", "評価", "アーキテクチャ", "拡散モデル", "強化学習", "ハルシネーション", "推論の高速化", "長文脈"),
    *("音声", "安全性"),
]
_VENUES = ["ACL", "NeurIPS", "ICLR", "EMNLP", "ICML", "NAACL", "言語処理学会"]
_OUT = Path(__file__).parent.parent / "docs/pictures"
_PEOPLE = ["山田", "佐藤", "鈴木", "高橋", "田中"]


def draw() -> None:
    """Write the picture."""
    numbers = _numbers()
    day = PaperDate(numbers.day.year, numbers.day.month, numbers.day.day).text("ja")
    title = t("ja", "Statistics of 論文だより")
    picture = statistics_picture(charts_of(numbers, "ja"), title, heading_of(numbers, "ja"), day)
    (_OUT / "statistics.png").write_bytes(picture)


def _numbers() -> CollectionStatistics:
    dice, today = random.Random(7), MOMENT.astimezone(ZONE).date()
    days = {(today - timedelta(days=ago)).isoformat(): dice.randint(4, 16) for ago in range(84)}
    months = tuple(
        Count(f"{each:%Y-%m}", 12 + 3 * at + dice.randint(0, 9)) for at, each in enumerate(last_months(today))
    )
    return CollectionStatistics(
        day=today,
        papers=sum(month.n for month in months),
        months=months,
        tags=_falling(_TAGS, 88),
        venues=_falling(_VENUES, 54),
        curators=_falling(_PEOPLE, 131),
        decisions=Decisions(waiting=6, accepted=112, rejected=164, expired=21),
        lookups=by_week(days, today),
        platforms=(),
    )


def _falling(names: list[str], most: int) -> tuple[Count, ...]:
    return tuple(Count(name, round(most * 0.74**at)) for at, name in enumerate(names))
