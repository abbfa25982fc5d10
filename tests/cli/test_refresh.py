"""`dayori refresh` looks at papers at once and says what became known and what gave trouble."""

from __future__ import annotations

import pytest

from tests.terminal import Dayori


@pytest.mark.usefixtures("free_arxiv")
def test_a_source_that_does_not_answer_is_named_and_nothing_is_lost(dayori: Dayori) -> None:
    result = dayori("refresh", "retnet")
    assert result.exit_code == 0
    assert result.stdout.split("\n")[:2] == ["arXivに接続できません。", "見直した論文はありませんでした。"]
    assert dayori("show", "retnet").exit_code == 0


def test_an_unknown_paper_is_an_error_in_one_line(dayori: Dayori) -> None:
    result = dayori("refresh", "gone")
    assert result.exit_code == 1
    assert result.stderr.strip().count("\n") == 0
