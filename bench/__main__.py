"""Runs every benchmark in a process of its own, and prints the results."""

from __future__ import annotations

import subprocess
import sys

MEASUREMENTS = (
    "startup",
    "commands",
    "slack",
    "fanout",
    "formats",
    "search",
    "search_postgres",
    "hostile",
    "exports",
    "keystrokes",
    "storage",
    "site",
    "site_search",
    "feeds",
    "score_speed",
    "score_quality",
)


def main() -> None:
    for name in MEASUREMENTS:
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)


if __name__ == "__main__":
    main()
