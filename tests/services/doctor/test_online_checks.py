"""All parts are asked at once, and one that does not answer takes nothing from the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.domain.errors import SourceError
from bot.i18n import msg
from bot.services.check import Check
from bot.services.doctor.online_checks import online_checks


async def part(name: str, *, hangs: bool = False, breaks: bool = False) -> AsyncIterator[Check]:
    yield Check(name, "ok", msg("OK"))
    if hangs:
        await asyncio.Event().wait()
    if breaks:
        raise SourceError(msg("Correct the address in the settings."))
    yield Check(name, "ok", msg("OK"))


async def test_a_part_that_hangs_is_cut_and_what_it_found_is_kept() -> None:
    steps = list[tuple[int, int]]()
    parts = {"a": part("a", hangs=True), "b": part("b"), "c": part("c", breaks=True)}
    checks = await online_checks(parts, lambda *step: steps.append(step), seconds=0.05)
    assert [(each.name, each.level) for each in checks] == [
        ("a", "ok"),
        ("a", "warning"),
        ("b", "ok"),
        ("b", "ok"),
        ("c", "ok"),
        ("c", "fault"),
    ]
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]
