"""A database to copy, and the logs, which a command sends to its own standard error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stage import template
from tests.logs import reset_logs


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the database of a first start; each scene gets a copy."""
    return template(tmp_path_factory.mktemp("starter"))


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """Give the logs back."""
    yield
    reset_logs()
