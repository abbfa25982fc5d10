"""English words are found by their katakana readings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.domain.folding import hiragana
from bot.domain.query import parse_query
from bot.search import planner
from bot.search.backend import Word
from bot.search.phonetics import phonetic_key, phonetic_keys, similarity
from bot.search.ranking import MatchReason
from bot.store.database import Database
from bot.store.search_index.index import SearchIndex
from bot.store.search_index.read_connection import ReadConnection
from bot.store.search_index.sqlite import SqliteBackend
from tests.samples import paper
from tests.search.indexing import put

_READ = {
    "アジャスト": "adjust",
    "アンラーニング": "unlearning",
    "ウィスパー": "whisper",
    "データ": "data",
    "ドメイン": "domain",
    "フレームワーク": "framework",
    "ベイジアン": "bayesian",
    "ポーズ": "pose",
    "マッチング": "matching",
    "リワード": "reward",
    "ワールド": "world",
    "エンバイロメント": "environment",
    "クロージャー": "closure",
    "チェンジ": "change",
    "テンソル": "tensor",
    "フィンガー": "finger",
    "フェーズ": "phase",
    "フォワード": "forward",
    "プレイヤー": "player",
    "プレッシャー": "pressure",
    "ベイシス": "basis",
    "ランゲージ": "language",
    "リージョン": "region",
    "レイテント": "latent",
    "レンジ": "range",
    "ウォーターマーク": "watermark",
    "エポック": "epoch",
    "オープンエーアイ": "openai",
    "カリキュラム": "curriculum",
    "キュービット": "qubit",
    "クウェン": "qwen",
    "クオンタイゼーション": "quantization",
    "クラスタリング": "clustering",
    "サイエンス": "science",
    "サマリー": "summary",
    "シーン": "scene",
    "ジェミニ": "gemini",
    "スキーム": "scheme",
    "スペキュレイティブ": "speculative",
    "スペクトラム": "spectrum",
    "チューニング": "tuning",
    "ディープシーク": "deepseek",
    "トラッキング": "tracking",
    "トランスフォーマー": "transformer",
    "ニューラル": "neural",
    "ネットワーク": "network",
    "バッチ": "batch",
    "ビジュアル": "visual",
    "フォレスト": "forest",
    "フュージョン": "fusion",
    "プライバシー": "privacy",
    "プラズモン": "plasmon",
    "マルチ": "multi",
    "マージン": "margin",
    "ミューチュアル": "mutual",
    "ライト": "light",
    "ラーニング": "learning",
    "リカバリー": "recovery",
    "リサーチ": "research",
    "リソース": "resource",
    "レトネット": "retnet",
    "レビュー": "review",
    "ロバストネス": "robustness",
    "ワークロード": "workload",
}


@pytest.mark.parametrize(("typed", "english"), _READ.items())
def test_english_is_heard_in_its_katakana(typed: str, english: str) -> None:
    assert phonetic_key(english) in phonetic_keys(hiragana(typed))
    assert similarity(hiragana(typed), english) >= 80


@pytest.mark.parametrize(
    ("typed", "title", "suggestion"),
    [
        (
            "バッチノーマライゼーション",
            "Batch Normalization",
            "batch normalization",
        ),  # although there is an author called Bach
        ("グラフトランスフォーマー", "A Graph Transformer", "graph transformer"),
        ("マージン", "Margin Losses", "margin"),
        ("まーじん", "Margin Losses", "margin"),
        ("ドメインアダプテーション", "Domain Adaptation", "domain adaptation"),
        ("リカバリー", "Recovery of Errors", "recovery"),  # ranked before the part of ソフトカバリング
    ],
)
async def test_english_words_are_found_by_katakana(
    database: Database, workspace: int, search: SearchIndex, typed: str, title: str, suggestion: str
) -> None:
    others = [paper(2, title="Magic", authors=["A. Bach"]), paper(3, headline="ソフトカバリング")]
    meant, *_ = await put(database, workspace, [paper(1, title=title), *others])
    results = await search.find(workspace, typed)
    assert (results.hits[0].number, results.hits[0].reason, results.suggestion) == (
        meant,
        MatchReason.READING,
        suggestion,
    )


async def test_katakana_finds_english_too_where_some_papers_have_it_in_katakana(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    japanese = [paper(n, headline=f"アテンションの話{n}") for n in range(4)]
    *others, title, body = await put(
        database, workspace, [*japanese, paper(5, title="Attention"), paper(6, excerpt="Of attention.")]
    )
    numbers = [hit.number for hit in (await search.find(workspace, "アテンション")).hits]
    assert (set(numbers[:4]), numbers[4:]) == (set(others), [title, body])


async def test_katakana_finds_common_english_that_no_title_has(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    numbers = await put(database, workspace, [paper(1, comment="attentionを軽くする。"), paper(2)])
    assert [hit.number for hit in (await search.find(workspace, "アテンション")).hits] == numbers[:1]


async def test_katakana_finds_the_plural_and_hiragana_reads_beside_a_number(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    titles = ("A Transformer", "Scaling Transformers", "Llama 2: Open Models")
    one, many, llama = await put(database, workspace, [paper(n, title=title) for n, title in enumerate(titles)])
    assert [hit.number for hit in (await search.find(workspace, "トランスフォーマー")).hits] == [one, many]
    for typed in ("らま2", "らま２", "ラマ 2"):
        assert [hit.number for hit in (await search.find(workspace, typed)).hits] == [llama]


@pytest.mark.parametrize("typed", ["レト", "れと", "レトネ", "レトネッ", "レトネット"])
async def test_completion_offers_english_from_its_first_kana_on(
    database: Database, workspace: int, search: SearchIndex, typed: str
) -> None:
    await put(database, workspace, [paper(1, title="RetNet"), paper(2, title="Longer Nets"), paper(3, title="Sonnet")])
    assert [offered.title for offered in await search.complete(workspace, typed)] == ["RetNet"]


@pytest.mark.parametrize("typed", ["ザラーアッガゲ", "ヤパノジッ"])
async def test_nonsense_is_not_read_as_something(
    database: Database, workspace: int, search: SearchIndex, typed: str
) -> None:
    await put(database, workspace, [paper(1, title="Zaragoza and Pangea")])
    assert (await search.find(workspace, typed)).hits == ()


class CountingProbes:
    """Answers like the index, and counts look-ups of words by sound."""

    def __init__(self, backend: SqliteBackend) -> None:
        self._probes, self.count = backend, 0

    def words_by_sound(self, sounds: Sequence[str], most: int) -> list[Word]:
        self.count += 1
        return self._probes.words_by_sound(sounds, most)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._probes, name)


@pytest.mark.parametrize(("times", "lookups"), [(7, 1), (50, 0)])
async def test_a_query_of_endless_katakana_is_not_cut_at_each_letter(
    database: Database, database_file: Path, workspace: int, times: int, lookups: int
) -> None:
    await put(database, workspace, [paper(1)])
    reader = ReadConnection(database_file)

    def count(backend: SqliteBackend) -> int:
        counting: Any = CountingProbes(backend)
        planner.find(counting, parse_query("カマタサナヘメレ" * times), {}, 10, 0)
        number: int = counting.count
        return number

    assert reader.run(workspace, count) == lookups
    reader.close()
