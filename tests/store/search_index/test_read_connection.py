"""A connection for searches begins and ends its transactions, whatever interrupts a question."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.search_index.read_connection import ReadConnection


def test_thousands_of_late_questions_leave_no_transaction_open(tmp_path: Path) -> None:
    file = tmp_path / "dayori.db"
    sqlite3.connect(file).close()
    with closing(ReadConnection(file)) as connection:
        answers = {connection.run(1, lambda _: "answer", seconds) for seconds in (0.0, 5.0, 0.0) for _ in range(6000)}
    assert answers == {"answer"}
