"""One entry of a YAML file can change while every other line stays as it was."""

from __future__ import annotations

from dataclasses import replace
from difflib import ndiff
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.errors import FileError
from bot.domain.paper import Link, Paper, make_paper
from bot.formats import yaml
from bot.formats.yaml_document import YamlDocument, read_document
from tests.samples import numbered, paper, stamped

STARTER = Path(__file__).parents[2] / "config" / "papers.yaml"
TEXT = """\
# our papers
papers:
  # the newest ones
  - id: a
    title: "A: one"   # quoted for its colon
    date: July 19. 2023
    authors: [X,
              Y]
    comment: >-
      folded
      # no remark
    # a remark in the entry

  # --- older ---

  - title: B
    id: b
    links: [https://b.org/]
# the end
"""


def changes(before: str, after: str) -> list[str]:
    """Return the removed and added lines."""
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def layout(text: str = TEXT) -> YamlDocument:
    return read_document(text, "f")


def entry(document: YamlDocument, id: str) -> Paper:
    return next(each.paper for each in document.entries if each.paper.id == id)


def test_a_file_that_nobody_changes_is_the_same_text() -> None:
    for text in (
        TEXT,
        STARTER.read_text(encoding="utf-8"),
        TEXT.replace("\n  ", "\n"),
        "".join(yaml.write([paper(1), paper(2)])),
    ):
        assert layout(text).text() == text


def test_only_the_keys_that_changed_are_written_anew() -> None:
    document = layout()
    document.put(replace(entry(document, "a"), comment="新しい\n\n二行", tags=("x", "y, z")))
    old, new = "comment: >-\n      folded\n      # no remark\n", "comment: |-\n      新しい\n\n      二行\n"
    remark = "    # a remark in the entry\n"
    assert document.text() == TEXT.replace(old, new).replace(remark, f"{remark}    tags: [x, 'y, z']\n")
    assert entry(layout(document.text()), "a") == entry(document, "a")


def test_a_value_that_goes_takes_its_lines_along() -> None:
    document = layout()
    document.put(replace(entry(document, "a"), authors=(), date=None))
    assert changes(TEXT, document.text()) == ["-     date: July 19. 2023", "-     authors: [X,", "-               Y]"]


def test_the_first_key_may_change() -> None:
    document = layout()
    document.put(replace(entry(document, "b"), title="B: two", date=PaperDate(2023, 7, 19)))
    assert changes(TEXT, document.text()) == ["-   - title: B", "+   - title: 'B: two'", "+     date: 2023-07-19"]


def test_a_new_entry_stands_above_all_others_in_the_same_shape() -> None:
    document = layout()
    document.put(
        make_paper(
            id="c",
            title="C",
            links=[Link("https://arxiv.org/abs/2401.00001"), Link("https://c.org/", "code")],
            tags=["x"],
        )
    )
    assert changes(TEXT, document.text()) == [
        "+   - id: c",
        "+     title: C",
        "+     links:",
        "+       - https://arxiv.org/abs/2401.00001",
        "+       - {label: code, url: 'https://c.org/'}",
        "+     tags: [x]",
        "+ ",
    ]


def test_an_entry_that_goes_leaves_the_remarks_above_it() -> None:
    document = layout()
    document.drop("b")
    assert changes(TEXT, document.text()) == ["-   - title: B", "-     id: b", "-     links: [https://b.org/]"]
    document.drop("a")
    assert "# the newest ones" in document.text()
    assert yaml.read(document.text(), "f") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "papers:\n",
        "# ours\npapers: []\n",
        "papers: [{id: a, title: A}, {id: b, title: B}]\n",
        "{papers: [{id: a, title: A}]}",
        "papers:\n- {id: a, title: A}\n-\n  id: b\n  title: B\n",
        "papers:\n  -   id: a\n      title: A\n",
        "papers:\n- id: a\n  title: A",
    ],
)
def test_a_file_of_any_shape_can_be_added_to_and_changed(text: str) -> None:
    document = layout(text)
    papers = [each.paper for each in document.entries]
    for each in papers:
        document.put(replace(each, headline="見出し"))
    document.put(paper(1))
    assert yaml.read(document.text(), "f") == [paper(1), *(replace(each, headline="見出し") for each in papers)]


def test_an_entry_that_has_no_id_gets_one_when_it_is_changed() -> None:
    document = layout("papers:\n- title: A\n- title: B\n")
    document.put(replace(entry(document, "a"), title="Another"))
    assert document.text() == "papers:\n- id: a\n  title: Another\n- title: B\n"


def test_an_entry_that_others_refer_to_is_not_torn_from_them() -> None:
    document = layout("papers:\n- {id: a, title: A, tags: &t [x]}\n- {id: b, title: B, tags: *t}\n")
    document.put(replace(entry(document, "b"), title="C"))
    assert "tags: [x]" in document.text()
    document.put(replace(entry(document, "a"), title="D"))
    assert [each.title for each in yaml.read(document.text(), "f")] == ["D", "C"]
    bound = layout("papers:\n- {id: a, title: A, tags: &t [x]}\n- {id: b, title: B, tags: *t}\n")
    bound.put(replace(entry(bound, "a"), title="D"))
    with pytest.raises(FileError):
        bound.text()


@given(st.lists(stamped, max_size=4).map(numbered), st.lists(stamped, max_size=4).map(numbered), st.booleans())
def test_random_changes_read_back_as_they_were_made(before: list[Paper], after: list[Paper], is_ours: bool) -> None:
    document = layout("# head\npapers: []\n# tail" if is_ours else "".join(yaml.write(before)))
    for each in reversed(before if is_ours else []):
        document.put(each)
    document = layout(document.text())
    for n, each in enumerate(after):
        document.put(replace(each, id=before[n].id) if n < len(before) else each)
    for each in before[len(after) :][:1]:
        document.drop(each.id)
    read = yaml.read(document.text(), "f")
    assert [(each.id, each.content) for each in read] == [
        (each.paper.id, each.paper.content) for each in document.entries
    ]
