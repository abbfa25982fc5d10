"""Every value of a file stays the original text and knows its position."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.domain.errors import FileError
from bot.formats.positions import read_yaml
from bot.i18n import msg
from tests.samples import assert_said, texts


def test_every_scalar_stays_text() -> None:
    value = read_yaml("a: 2601.00010\nb: no\nc: 0123\nd: 2023-07-19\ne: 12:30\nf: [1e3, on]\non: x\n", "f").value
    assert value == {
        "a": "2601.00010",
        "b": "no",
        "c": "0123",
        "d": "2023-07-19",
        "e": "12:30",
        "f": ["1e3", "on"],
        "on": "x",
    }


def test_only_a_plain_null_is_nothing() -> None:
    assert read_yaml("a:\nb: ~\nc: null\nd: 'null'\ne: ''\n", "f").value == {
        "a": None,
        "b": None,
        "c": None,
        "d": "null",
        "e": "",
    }
    assert read_yaml("", "f").value is None


def test_every_value_knows_its_line_and_column() -> None:
    tree = read_yaml("papers:\n  - title: x\n    links:\n      - a\n", "f.yaml")
    error = tree.error(("papers", 0, "links", 0), msg("A paper needs a title."))
    assert (error.line, error.column) == (4, 9)
    assert str(error) == "f.yaml:4:9: A paper needs a title."
    at_key = tree.error(("papers", 0, "title"), msg("A paper needs a title."), at_key=True)
    assert (at_key.line, at_key.column) == (2, 5)


def test_what_has_no_place_is_told_at_the_nearest_above() -> None:
    error = read_yaml("papers:\n  - title: x\n", "f").error(("papers", 0, "date", 3), msg("A paper needs a title."))
    assert (error.line, error.column) == (2, 5)


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("a: b: c", "f:1:5: ", "not valid YAML"),
        ("papers:\n  - title: @x", "f:2:12: ", "not valid YAML"),
        ("a: [1, 2", "f:2:1: ", "not valid YAML"),
        ("a: 1\nb: 2\na: 3", "f:3:1: ", 'the key "a" is given twice'),
        ("- {x: 1, x: 2}", "f:1:10: ", 'the key "x" is given twice'),
        ("? [a]\n: b", "f:1:1: ", "a key must be a plain word"),
        ("a: &x [*x]", "f:1:4: ", "expand without end"),
        ("a: *nowhere", "f:1:4: ", "not valid YAML"),
        ("a: 1\n--- \nb: 2", "f:2:1: ", "not valid YAML"),
        ("a: 日本\nb: 日\x07", "f:2:5: ", "control characters are not allowed"),
    ],
)
def test_a_broken_text_is_refused_with_its_place(text: str, place: str, problem: str) -> None:
    with pytest.raises(FileError) as caught:
        read_yaml(text, "f")
    assert str(caught.value).startswith(place)
    assert problem in str(caught.value)


def test_a_text_that_would_grow_without_end_is_refused() -> None:
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
    with pytest.raises(FileError):
        read_yaml(laughs, "f")


def test_a_very_deep_text_is_refused_or_read_but_does_not_crash() -> None:
    with pytest.raises(FileError):
        read_yaml("[" * 100_000, "f")


@given(texts)
def test_any_text_is_a_tree_or_is_refused_in_a_sentence(text: str) -> None:
    try:
        read_yaml(text, "f")
    except FileError as error:
        assert_said(error)


@pytest.mark.parametrize(
    ("text", "english", "japanese"),
    [
        ("a: [1, 2", "a comma or ] is missing", "「,」か「]」が足りません"),
        ("a: {b: 1", "a comma or } is missing", "「,」か「}」が足りません"),
        ("a: b: c", "a colon cannot stand here", "ここに「:」は書けません"),
        ("a:\n\t- b", "spaces in the place of a tab", "タブなら空白に"),
        ("papers: [", "a value is missing", "値がありません"),
        ("a: 1\n b: 2\nc", "a colon cannot stand here", "ここに「:」は書けません"),
        ("- a\nb: 1", "check the indentation", "字下げを確かめてください"),
        ('a: "b', "a quotation mark is not closed", "引用符が閉じられていません"),
        ('a: "C:\\docs"', "a backslash cannot stand here", "ここに「\\」は書けません"),
    ],
)
def test_a_mistake_in_yaml_is_said_in_the_readers_words(text: str, english: str, japanese: str) -> None:
    with pytest.raises(FileError) as caught:
        read_yaml(text, "f")
    assert english in caught.value.text("en")
    assert japanese in caught.value.text("ja")
