"""What tests of the terminal's commands say of a result."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from typer.testing import Result

Dayori = Callable[..., Result]
"""Runs a command of `dayori` with these arguments; `typed` is its standard input."""


def document(result: Result) -> Any:
    """Return the one JSON document that a command printed."""
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def assert_one_line(result: Result, says: str) -> None:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def everything(dayori: Dayori) -> list[dict[str, Any]]:
    papers: list[dict[str, Any]] = document(dayori("export", "--format", "json"))["papers"]
    return papers
