"""Runs every measurement and prints what it found."""

from __future__ import annotations

import asyncio

from bench import commands, fanout, formats, search, startup


def main() -> None:
    asyncio.run(startup.measure())
    asyncio.run(commands.measure())
    asyncio.run(fanout.measure())
    asyncio.run(formats.measure())
    search.measure()


if __name__ == "__main__":
    main()
