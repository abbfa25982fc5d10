"""A database to copy, and the logs, which a command sends to its own standard error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.faults.stage import template


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the database of a first start; each scene gets a copy."""
    return template(tmp_path_factory.mktemp("starter"))


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """Give the logs back."""
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
