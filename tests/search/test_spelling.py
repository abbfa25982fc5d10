"""One typo in a word does not hide a paper, and the correct words of a query still count."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.ranking import MatchReason
from bot.store.database import Database
from bot.store.search_index.index import SearchIndex
from bot.store.workspaces import find_or_add
from tests.doubles.clock import AdjustableClock
from tests.samples import on_the_store, paper
from tests.search.indexing import numbers_of, put

_KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモラリルレロ"
_letters = st.sampled_from(_KATAKANA)


@st.composite
def _slipped(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a katakana word, and the word with one typo."""
    word = draw(st.text(_letters, min_size=6, max_size=9))
    at, letter = draw(st.integers(0, len(word) - 2)), draw(_letters)
    before, after = word[:at], word[at + 1 :]
    swapped = before + after[0] + word[at] + after[1:]
    return word, draw(st.sampled_from((before + after, before + letter + after, before + letter + word[at:], swapped)))


@on_the_store
@given(
    words=_slipped(),
    before=st.text(_letters, max_size=4),
    after=st.text(_letters, max_size=4),
    of=st.sampled_from(["headline", "comment"]),
)
async def test_a_slip_in_katakana_is_mended_wherever_the_word_stands(
    database: Database,
    clock: AdjustableClock,
    search: SearchIndex,
    words: tuple[str, str],
    before: str,
    after: str,
    of: str,
) -> None:
    workspace, _ = await find_or_add(database, uuid.uuid4().hex, clock())
    word, typed = words
    (number, _) = await put(database, workspace, [paper(1, **{of: f"新しい{before}{word}{after}の話"}), paper(2)])
    assert number in await numbers_of(search, workspace, typed)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("マピング", MatchReason.TYPO),  # without ッ: the English word of that sound does not come first
        ("ーマッピング", MatchReason.TYPO),
        ("クラスタルング", MatchReason.TYPO),  # within サブスペースクラスタリング
        ("superconductnig-qubit", MatchReason.TYPO),
    ],
)
async def test_the_likeliest_slip_is_mended_first(
    database: Database, workspace: int, search: SearchIndex, typed: str, why: MatchReason
) -> None:
    some = [
        paper(
            1,
            headline="三次元マッピング",
            title="Superconducting-qubit readout",
            comment="サブスペースクラスタリングの話",
        ),
        paper(2, title="Mapping with superconducting qubit arrays"),
        paper(3, title="Superconducting gates of one qubit"),
        paper(4, title="Damned mapping"),
    ]
    meant, *_ = await put(database, workspace, some)
    results = await search.find(workspace, typed)
    assert (results.hits[0].number, results.hits[0].reason) == (meant, why)


async def test_a_long_title_is_found_with_a_slip_in_any_of_its_words(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    title = "Culture in a Frame: C3B as a Comic-Based Benchmark for Awareness of Many Cultures in Models"
    (number, _) = await put(database, workspace, [paper(1, title=title), paper(2)])
    for word in ("Culture", "Frame", "Comic", "Benchmark", "Awareness", "Models"):
        typed = title.replace(word, word[:2] + word[3:], 1)
        assert await numbers_of(search, workspace, typed) == [number], typed


@pytest.mark.parametrize(
    ("typed", "first", "second"),
    [
        # words of headline and title together rank before a comment with all words
        (
            "Stabilizer反例",
            {"headline": "符号の最小反例", "title": "Stabilizer Codes"},
            {"title": "Codes", "comment": "stabilizerの反例"},
        ),
        # a hyphenated word typed as one ranks before the separate words
        ("codelike", {"title": "From Strategies to Code-Like Models"}, {"title": "Code like humans"}),
        # the beginning of a hyphenated word
        ("finger-t", {"title": "On Finger-Tip Forces"}, {"title": "Finger forces t"}),
        ("socio-po", {"title": "On Socio-Political Agents"}, {"title": "Socio-cultural data", "comment": "po"}),
        # the exact spelling of a short word ranks before an equal fold
        ("アート", {"headline": "現代アートの画像"}, {"headline": "アト秒の光"}),
        # a paper with few authors ranks before one with many
        ("amaral", {"authors": ["Ana Amaral"]}, {"authors": ["Ana Amaral", *(f"Someone Else{n}" for n in range(60))]}),
        ("amaral ana", {"authors": ["Ana Amaral"]}, {"authors": ["Ana Maria", "Bo Amaral"]}),
    ],
)
async def test_the_closer_of_two_papers_comes_first(
    database: Database,
    clock: AdjustableClock,
    search: SearchIndex,
    typed: str,
    first: dict[str, Any],
    second: dict[str, Any],
) -> None:
    one, other = (paper(n, **fields) for n, fields in enumerate((first, second), 1))
    for some in ([one, other], [other, one]):
        workspace, _ = await find_or_add(database, f"{some[0].id} first", clock())
        numbers = await put(database, workspace, some)
        assert (await numbers_of(search, workspace, typed))[0] == numbers[some.index(one)]
