"""The search in the page reads, folds and ranks as the bot does: both are asked the same."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.folding import compounds, fold, hiragana, normalize, tokenize, with_spaces
from bot.domain.paper import Paper, title_key
from bot.domain.query import parse_query
from bot.search.identifier_lookup import identifier_keys
from bot.search.phonetics import phonetic_keys, romanize_english
from bot.search.stemming import stem_of
from bot.services.papers.importing import Importer
from bot.services.papers.lookup import Lookup
from bot.site import search_data
from bot.site.search_script import engine
from tests.judged import QUERIES, judged_papers

Ask = Callable[..., Any]
_BLOCKS = (
    st.characters(min_codepoint=0x20, max_codepoint=0x7E),
    st.characters(min_codepoint=0xA0, max_codepoint=0x24F),
    st.characters(min_codepoint=0x370, max_codepoint=0x3FF, categories=["L"]),
    st.characters(min_codepoint=0x3041, max_codepoint=0x30FF),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
    st.characters(min_codepoint=0xFF01, max_codepoint=0xFF9D),
    st.sampled_from("ーヴゔァぁッｯßẞİıſΣςŉﬁ㍍①½²々〇𠮷😀\u0301\u3099"),
)
TEXT = st.text(st.one_of(*_BLOCKS), max_size=40)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Return a function that asks the page's search, which runs in Node.js."""
    if not shutil.which("node"):
        pytest.skip("Node.js is not installed")
    script = tmp_path_factory.mktemp("search") / "engine.js"
    script.write_text(engine(), encoding="utf-8")
    command = ["node", str(Path(__file__).with_name("page_search.js")), str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as node:
        assert node.stdin
        assert node.stdout
        to, back = node.stdin, node.stdout

        def asked(act: str, **values: object) -> Any:
            to.write(json.dumps({"act": act, **values}) + "\n")
            to.flush()
            return json.loads(back.readline())

        yield asked
        to.close()


@given(text=TEXT)
@example("ヴァイオリン と ラーメン ー Ｃａｆé ﾊﾞｲｵ")
@example("Œuvre naïve Straße ΣΊΣΥΦΟΣ İstanbul Ꭰꭰ")
@example("state-of-the-art GPT‑4/5 C++ x_y 3.5")
def test_texts_are_folded_alike(ask: Ask, text: str) -> None:
    assert ask("normalize", text=text) == normalize(text)
    assert ask("fold", text=text) == fold(text)
    assert ask("tokenize", text=fold(text)) == tokenize(fold(text))
    assert ask("compounds", text=fold(text)) == compounds(fold(text))
    assert ask("withSpaces", text=normalize(text)) == with_spaces(normalize(text))
    assert ask("titleKey", text=text) == title_key(text)


@given(
    typed=st.lists(st.one_of(TEXT, st.sampled_from(["tag:", "year:2020-2023", '"a b"', "-", "has:code", "author:"])))
)
@example(typed=["tag:RAG", "year:2023", '"検索 拡張"', "-x", "venue:ACL"])
def test_queries_are_read_alike(ask: Ask, typed: list[str]) -> None:
    query = " ".join(typed)
    read, own = ask("parseQuery", text=query), asdict(parse_query(query))
    assert {name: read[name] for name in own} == json.loads(json.dumps(own))


@pytest.mark.parametrize("word", ["transformer", "hallucinations", "retrieval", "policies", "retnet", "stability"])
def test_english_words_are_heard_and_shortened_alike(ask: Ask, word: str) -> None:
    assert ask("romanizeEnglish", text=word) == romanize_english(word)
    assert ask("stemOf", text=word) == stem_of(word)


@given(kana=st.text(st.characters(min_codepoint=0x30A1, max_codepoint=0x30FC), max_size=12))
def test_katakana_is_heard_alike(ask: Ask, kana: str) -> None:
    assert ask("phoneticKeys", text=hiragana(kana)) == phonetic_keys(hiragana(kana))


@pytest.mark.parametrize(
    "name",
    [
        "2307.08621v2",
        "arXiv:2307.08621",
        "https://arxiv.org/pdf/2307.08621v1.pdf",
        "(https://www.example.org/a/?utm_source=x&b=1#top)",
        "[text](https://doi.org/10.1145/3292500.3330919)",
        "https://openreview.net/forum?id=abcDEF123",
        "https://aclanthology.org/2023.acl-long.1.pdf",
        "doi:10.48550/arXiv.1706.03762",
        "retnet",
        "two words",
    ],
)
def test_ids_and_links_are_recognized_alike(ask: Ask, name: str) -> None:
    own = [key for key in identifier_keys(name) if key != "url:2307.08621"]  # no browser takes a number for a host
    assert sorted(ask("identifierKeys", text=name)) == sorted(own)


async def test_the_judged_queries_find_the_same_papers(
    ask: Ask, importer: Importer, lookup: Lookup, workspace: int
) -> None:
    papers = judged_papers()
    await importer.run(workspace, papers, by=None)
    _give(ask, await _newest_first(lookup, workspace))
    different = []
    for query in (each["q"] for queries in QUERIES.values() for each in queries):
        own = await lookup.find(workspace, query)
        found = ask("find", typed=query, limit=10)
        if (found["total"], found["ids"]) != (own.total, [result.paper.id for result in own.results]):
            different.append((query, found["ids"][:3], [result.paper.id for result in own.results][:3]))
    assert not different


async def test_an_alias_finds_what_it_stands_for(ask: Ask) -> None:
    _give(ask, [Paper(id="one", title="Retrieval-Augmented Generation")], {"検索拡張": ["retrieval"]})
    assert ask("find", typed="検索拡張", limit=10)["ids"] == ["one"]


async def test_what_lists_show_is_found_before_the_texts_are_read(ask: Ask) -> None:
    paper = Paper(id="one", title="Retentive Network", comment="畳み込みを使わない。")
    rows, texts = ([json.loads(piece(paper))] for piece in (search_data.row, search_data.texts))
    ask("papers", rows=rows, texts=None, aliases={})
    assert [ask("find", typed=typed, limit=10)["ids"] for typed in ("retentive", "畳み込み")] == [["one"], []]
    ask("papers", rows=rows, texts=texts, aliases={})
    assert [ask("find", typed=typed, limit=10)["ids"] for typed in ("retentive", "畳み込み")] == [["one"], ["one"]]


@pytest.mark.parametrize(
    ("text", "marked", "spans"),
    [
        ("Llama 2とラマ", ["らま"], [[8, 10]]),
        ("拡散モデルの拡散", ["拡散"], [[0, 2], [6, 8]]),
        ("RetNet and netting", ["net"], [[11, 14]]),
        ("ああああ", ["ああ"], [[0, 2], [2, 4]]),
        ("トランスフォーマー", ["とらんすふおま"], [[0, 9]]),
        ("ＲＡＧ😀RAG", ["rag"], [[0, 3], [5, 8]]),
    ],
)
def test_the_words_of_a_query_are_marked_where_they_stand(
    ask: Ask, text: str, marked: list[str], spans: list[list[int]]
) -> None:
    assert ask("spans", text=text, marked=marked) == spans


def _give(ask: Ask, papers: list[Paper], aliases: Mapping[str, list[str]] | None = None) -> None:
    rows, texts = ([json.loads(piece(paper)) for paper in papers] for piece in (search_data.row, search_data.texts))
    ask("papers", rows=rows, texts=texts, aliases=aliases or {})


async def _newest_first(lookup: Lookup, workspace: int) -> list[Paper]:
    return [paper async for batch in lookup.batches(workspace, "") for paper in batch]
