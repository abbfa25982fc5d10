"""Looks for readers that take more than their share for a longer text, with every text that is hard for patterns."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from itertools import product

from bot.cli.context import progress_bar
from tests.hostile_texts import JOINTS, UNITS
from tests.test_growth import READINGS, excess

_TEXTS = [*((unit, "") for unit in UNITS), *((unit + joint, "x") for unit, joint in product(UNITS, JOINTS))]


async def on_growth() -> int:
    """Print which functions are slow with which text; return their number."""
    wrong = dict[str, str]()
    with progress_bar("functions tried with hard texts") as progress:
        for n, (name, read) in enumerate(READINGS.items(), 1):
            with redirect_stdout(StringIO()):  # some of them print
                found = excess(read, _TEXTS)
            if found:
                wrong[name] = found
            progress(n, len(READINGS))
    print(f"{len(READINGS)} functions with {len(_TEXTS)} texts each")
    for name, found in wrong.items():
        print(f"{name}: {found}")
    return len(wrong)
