"""The architecture holds: no import cycles among files, and files of limited length."""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

import grimp

_BOT = Path(__file__).parents[1] / "bot"
LONGEST, LONGEST_MEDIAN = 300, 150  # lines


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph("bot", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()  # raises CycleError


def test_files_are_small() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _BOT.rglob("*.py")}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST} == {}
    assert median(lengths.values()) <= LONGEST_MEDIAN
