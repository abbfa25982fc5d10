"""Processes that have ended, as their names in leases tell."""

from __future__ import annotations

import asyncio
import sys


async def ended_process() -> str:
    """Return the owner's name of a process that has ended."""
    code = "from bot.services.digests.lease_owner import new_owner; print(new_owner())"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return output.decode().strip()
