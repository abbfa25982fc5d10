"""One cache of compiled statements for all stores of a process.

Each test opens a store with an engine of its own, which would compile every statement anew: a tenth of most tests.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.util import LRUCache


class _Cache(LRUCache[Any, Any]):
    """Finds what was compiled for another engine of the same kind; a key begins with the engine's own dialect."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), value)


def share_compiled_statements() -> None:
    """Let all engines of this process use one cache from now on."""
    cache = _Cache(500)  # as many as an engine's own

    @event.listens_for(Engine, "engine_connect")
    def use(connection: Connection) -> None:
        connection.execution_options(compiled_cache=cache)
