"""An English word finds its other forms, and the exact form comes first."""

from __future__ import annotations

import pytest

from bot.search.stemming import stem_of
from bot.store.database import Database
from bot.store.search_index.index import SearchIndex
from tests.samples import paper
from tests.search.indexing import numbers_of, put


@pytest.mark.parametrize(
    "forms",
    [
        "hallucinate hallucinates hallucinated hallucinating hallucination hallucinations",
        "prune pruned pruning pruner",
        "customize customizable",
        "interpret interpretable interpretability",
        "plan plans planning planner",
        "transform transformer transformers transformation",
        "model models modelling",
        "retrieve retrieval retriever",
        "quantize quantized quantization",
        "generate generation generative generator",
        "compress compressed compression",
        "distill distilling distillation",
        "stable stability",
        "robust robustness",
        "efficient efficiency efficiently",
        "hierarchy hierarchies hierarchical",
        "policy policies",
        "topic topics",
        "relate related relation relational relative",
        "causal causality",
        "diverse diversity",
        "match matches matching",
    ],
)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem_of(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("general", "generate"),
        ("organ", "organize"),
        ("state", "static"),
        ("bias", "bia"),
        ("corpus", "corpu"),
        ("analysis", "analysi"),
        ("paper", "pap"),
        ("layer", "lay"),
        ("gpt4", "gpt"),
        ("news", "new"),
    ],
)
def test_other_words_have_other_stems(one: str, other: str) -> None:
    assert stem_of(one) != stem_of(other)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("hallucination", "Models Must Hallucinate"),
        ("hallucinate", "On Hallucinations"),
        ("pruned", "Network Pruning"),
        ("model hallucination", "Models Must Hallucinate"),
        ("stability", "A Stable Method"),
    ],
)
async def test_a_word_finds_its_other_forms(
    database: Database, workspace: int, search: SearchIndex, typed: str, title: str
) -> None:
    meant, _ = await put(database, workspace, [paper(1, title=title), paper(2, title="Halting Stars")])
    assert await numbers_of(search, workspace, typed) == [meant]


async def test_what_is_written_so_comes_before_other_forms(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    some = [paper(1, title="They Hallucinate"), paper(2, comment="A hallucination."), paper(3, title="Hallucination")]
    numbers = await put(database, workspace, some)
    assert await numbers_of(search, workspace, "hallucination") == numbers[::-1]
    assert await numbers_of(search, workspace, "hallucinate") == [numbers[0], numbers[2]]
