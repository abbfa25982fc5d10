"""Runs the checks that need the network at the same time, and waits for none of them longer than its limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from bot.domain.errors import DayoriError
from bot.i18n import msg
from bot.services.check import Check
from bot.services.ports import Progress

LONGEST = 30.0  # seconds; a look at a thousand channels takes about as long


async def online_checks(
    parts: Mapping[str, AsyncIterator[Check]], progress: Progress, seconds: float = LONGEST
) -> list[Check]:
    """Return the checks of all parts in their order; a part that takes too long is told with what it found."""
    done = 0

    async def finish(name: str, checks: AsyncIterator[Check]) -> list[Check]:
        nonlocal done
        found = await _run(name, checks, seconds)
        done += 1
        progress(done, len(parts))
        return found

    progress(0, len(parts))
    results = await asyncio.gather(*(finish(*part) for part in parts.items()))
    return [check for found in results for check in found]


async def _run(name: str, checks: AsyncIterator[Check], seconds: float) -> list[Check]:
    found = list[Check]()
    try:
        async with asyncio.timeout(seconds):
            async for check in checks:
                found.append(check)
    except TimeoutError:
        message = msg(
            "{part}: not everything was answered within {seconds} seconds.", part=name, seconds=f"{seconds:g}"
        )
        found.append(Check(name, "warning", message, msg("Run dayori doctor again later, or with --offline.")))
    except DayoriError as error:
        found.append(Check(name, "fault", error.message, msg("Correct that, and run dayori doctor again.")))
    return found
