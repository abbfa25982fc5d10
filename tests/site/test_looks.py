"""Pages look right whatever there is to show: much, little or nothing."""

from __future__ import annotations

from pathlib import Path

from bot.site.views import papers_text
from tests.samples import paper
from tests.site.pages import Collection, Element, all_of, built, parsed, text_of


def _of_class(root: Element, name: str) -> list[Element]:
    return [each for each in root.iter() if isinstance(each.tag, str) and name in (each.get("class") or "").split()]


async def test_many_authors_are_folded_after_the_first_twelve(tmp_path: Path) -> None:
    await built(tmp_path, Collection([paper(1, authors=[f"Writer {n}" for n in range(45)])]))
    [people] = _of_class(parsed(tmp_path / f"papers/{paper(1).id}.html"), "people")
    [folded] = all_of(people, "details")
    assert "Writer 11" in text_of(people) and "Writer 11" not in text_of(folded)
    assert "ほかの著者 33" in text_of(folded)


async def test_many_tags_are_folded_after_the_first_hundred(tmp_path: Path) -> None:
    await built(tmp_path, Collection([paper(n, tags=[f"t{n}"]) for n in range(102)]))
    [folded] = [each for each in all_of(parsed(tmp_path / "browse.html"), "details") if "t" in text_of(each)]
    assert len(list(all_of(folded, "a"))) == 2


async def test_a_long_headline_is_set_smaller(tmp_path: Path) -> None:
    await built(tmp_path, Collection([paper(1, headline="論" * 61), paper(2, headline="論" * 60)]))
    headings = [_of_class(parsed(tmp_path / f"papers/{paper(n).id}.html"), "long") for n in (1, 2)]
    assert [len(each) for each in headings] == [1, 0]


async def test_a_paper_without_a_text_has_no_empty_column(tmp_path: Path) -> None:
    await built(tmp_path, Collection([paper(1, comment=None, excerpt=None)]))
    root = parsed(tmp_path / f"papers/{paper(1).id}.html")
    assert _of_class(root, "paper-facts") and not _of_class(root, "paper-text")


async def test_sentences_of_a_card_follow_each_other_without_a_gap(tmp_path: Path) -> None:
    await built(tmp_path, Collection([paper(1, comment="一つ。\n二つ！ 三つ。 Four.\n\nFive.")]))
    [comment] = _of_class(parsed(tmp_path / "index.html"), "comment")
    assert text_of(comment).strip() == "一つ。二つ！三つ。Four. Five."


async def test_an_empty_front_tells_how_to_add_a_paper_and_leads_to_no_empty_list(tmp_path: Path) -> None:
    await built(tmp_path, Collection())
    [content] = all_of(parsed(tmp_path / "index.html"), "main")
    assert [each.get("href") for each in all_of(content, "a")] == ["about.html"]


def test_the_digits_of_large_numbers_are_grouped() -> None:
    assert papers_text(10_000, "ja") == "10,000本"
    assert papers_text(10_000, "en") == "10,000 papers"
