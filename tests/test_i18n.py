"""Every sentence that people read has a Japanese translation with the same placeholders."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.domain.errors import DateError
from bot.i18n import Message, closest, msg, sentences, t, tn

BOT = Path(__file__).parent.parent / "bot"
FOLDER = BOT / "i18n/locales/ja/LC_MESSAGES"
_FUNCTIONS = {"t": (1,), "tn": (1, 2), "msg": (0,), "phrase": (0,)}
_BLANK = re.compile(r"\{(\w*)\}")


@cache
def _catalogue() -> Catalog:
    with (FOLDER / "dayori.po").open("rb") as file:
        return read_po(file, locale="ja")


@cache
def _calls() -> list[tuple[str, ast.Call, tuple[int, ...]]]:
    """Return every call with a sentence: its place, the call, and which arguments are sentences."""
    return list(_found())


def _found() -> Iterator[tuple[str, ast.Call, tuple[int, ...]]]:
    for path in sorted(BOT.rglob("*.py")):
        if path == BOT / "i18n/__init__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
                yield f"{path.relative_to(BOT)}:{node.lineno}", node, _FUNCTIONS[node.func.id]


@cache
def _sentences() -> dict[str, str]:
    """Return every sentence in the code with its place."""
    sentences = {}
    for where, call, positions in _calls():
        for position in positions:
            argument = call.args[position] if len(call.args) > position else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                sentences[argument.value] = where
    return sentences


def test_every_sentence_stands_in_the_code_as_it_is() -> None:
    """A sentence that is composed at run time cannot be translated."""
    wrong = [
        where
        for where, call, positions in _calls()
        if len(call.args) <= max(positions)
        or not all(isinstance(a := call.args[n], ast.Constant) and isinstance(a.value, str) for n in positions)
    ]
    assert wrong == []
    assert len(_sentences()) > 100


def test_only_the_terminal_names_commands_in_its_sentences() -> None:
    """Each platform has its own names for commands, so elsewhere a sentence has a placeholder for them."""
    named = re.compile(r"(?<![\w/.:])/(?!invite\b)[a-z]{3,}")  # Slack's own command
    catalogue = _catalogue()
    wrong = {}
    for sentence, where in _sentences().items():
        entry = catalogue.get(sentence)
        texts = (sentence, str(entry.string) if entry else "")
        if not where.startswith("platforms/console/") and any(map(named.search, texts)):
            wrong[where] = texts
    assert wrong == {}


def test_every_sentence_has_its_japanese() -> None:
    catalogue = _catalogue()
    singular = {where: s for s, where in _sentences().items() if not any(s == many for many in _plurals(catalogue))}
    missing = {where: s for where, s in singular.items() if not (entry := catalogue.get(s)) or not entry.string}
    assert missing == {}


def test_no_japanese_is_left_over() -> None:
    assert [ids for entry in _catalogue() if entry.id and (ids := _ids(entry.id))[0] not in _sentences()] == []


def test_the_japanese_has_the_same_blanks() -> None:
    for entry in _catalogue():
        if not entry.id:
            continue
        strings = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
        english = {blank for text in _ids(entry.id) for blank in _BLANK.findall(text)}
        for text in strings:
            assert set(_BLANK.findall(text)) == english, (entry.id, text)


def test_what_counts_is_given_in_both_forms() -> None:
    for where, call, positions in _calls():
        if isinstance(call.func, ast.Name) and call.func.id == "tn":
            one, many = (call.args[n] for n in positions)
            assert isinstance(one, ast.Constant)
            assert isinstance(many, ast.Constant)
            entry = _catalogue().get(str(one.value))
            assert entry is not None, where
            assert entry.id == (one.value, many.value), where


def test_every_blank_is_filled_in_where_the_sentence_is_said() -> None:
    for where, call, positions in _calls():
        names = {keyword.arg for keyword in call.keywords} | ({"n"} if len(positions) == 2 else set())
        sentences = [call.args[n] for n in positions]
        blanks = {blank for s in sentences if isinstance(s, ast.Constant) for blank in _BLANK.findall(str(s.value))}
        if None not in names:
            assert blanks <= names, where


def test_the_compiled_catalogue_is_up_to_date() -> None:
    fresh = BytesIO()
    write_mo(fresh, _catalogue())
    fresh.seek(0)
    with (FOLDER / "dayori.mo").open("rb") as file:
        compiled, expected = gettext.GNUTranslations(file), gettext.GNUTranslations(fresh)
    ours, theirs = ({k: v for k, v in each._catalog.items() if k} for each in (compiled, expected))  # type: ignore[attr-defined]
    assert ours == theirs


def test_no_translation_is_doubtful_or_outdated() -> None:
    assert [entry.id for entry in _catalogue() if entry.id and entry.fuzzy] == []
    assert _catalogue().obsolete == {}


@pytest.mark.parametrize(
    ("name", "locale"),
    [("ja", "ja"), ("ja-JP", "ja"), ("en-GB", "en"), ("en_US", "en"), ("fr", "en"), ("", "ja"), ("JA", "ja")],
)
def test_the_nearest_language_is_chosen(name: str, locale: str) -> None:
    assert closest(name, "ja") == locale


def test_a_sentence_is_said_in_the_readers_language() -> None:
    assert t("ja", "Added.") == "追加しました。"
    assert t("en", "Added.") == "Added."
    assert (tn("en", "{n} paper", "{n} papers", 1), tn("en", "{n} paper", "{n} papers", 2)) == ("1 paper", "2 papers")
    assert tn("ja", "{n} paper", "{n} papers", 1) == "1本"


def test_a_message_within_a_message_is_translated_too() -> None:
    outer = msg("{place}: {problem}", place="f:1", problem=msg("line {line}", line=3))
    assert (outer.text("ja"), outer.text("en")) == ("f:1: 3行目", "f:1: line 3")


def test_a_quotation_within_a_japanese_quotation_has_its_own_marks() -> None:
    message = msg('Remove "{title}"?', title="次を狙う「RetNet」")
    assert message.text("ja") == "「次を狙う『RetNet』」を削除しますか？"
    assert message.text("en") == 'Remove "次を狙う「RetNet」"?'
    assert t("ja", "{place}: {problem}", place="f", problem="「x」") == "f: 「x」"


def test_a_japanese_question_ends_with_a_wide_mark() -> None:
    assert [text for entry in _catalogue() for text in _ids(entry.string or "") if re.search(r"[ぁ-ん]\?", text)] == []


def test_braces_in_a_value_are_only_text() -> None:
    assert msg('No paper has the id "{id}".', id="{id} {0} {").text("en") == 'No paper has the id "{id} {0} {".'


def test_an_error_is_its_english_sentence_and_speaks_both_languages() -> None:
    error = DateError(Message('There is no such day as "{date}".', {"date": "2023-02-30"}))
    assert str(error) == error.text("en") == 'There is no such day as "2023-02-30".'
    assert error.text("ja") == "「2023-02-30」という日付は存在しません。"


def _ids(id: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (id,) if isinstance(id, str) else tuple(id)


def _plurals(catalogue: Catalog) -> set[str]:
    return {entry.id[1] for entry in catalogue if isinstance(entry.id, tuple)}


def test_a_space_follows_a_sentence_but_no_japanese_full_stop() -> None:
    assert sentences("空です。", "dayori run で作られます。") == "空です。dayori run で作られます。"
    assert sentences("It is empty.", "dayori run makes one.") == "It is empty. dayori run makes one."
    assert sentences("最新は x.db", "ログにあります。") == "最新は x.db — ログにあります。"
