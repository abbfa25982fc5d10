"""The program of a second process that brings a bot's site up to date: filling ten thousand pages takes seconds."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.errors import DayoriError, InputError
from bot.extras import install_command
from bot.framing import framed, frames
from bot.garbage_collection import search_young_only
from bot.i18n import Message, msg
from bot.process_priority import lower_priority
from bot.worker_process import end, next_frame, start


def without_extra() -> Message:
    """Return what is missing where Jinja2 is."""
    return msg('The site needs the extra "site"; install it with: {command}', command=install_command("site"))


async def updated_site(request: dict[str, Any]) -> dict[str, Any]:
    """Bring a site up to date in a process of its own; return its `report`, or its `failure` in words.

    A cancellation kills the process, after which the old site stands. Raises InputError when it ends by itself.
    """
    process = await start("bot.site_worker")
    try:
        if process.stdin is None or process.stdout is None:
            raise OSError("the process has no pipes")
        process.stdin.write(framed(json.dumps(request).encode()))
        answer: dict[str, Any] = json.loads(await next_frame(process.stdout))
    except (asyncio.IncompleteReadError, OSError) as error:
        raise InputError(msg("The process that writes the site ended too early.")) from error
    finally:
        await end(process)
    return answer


async def _update(request: dict[str, Any]) -> dict[str, Any]:
    from bot.services.papers.snapshots import Snapshots
    from bot.services.statistics import Statistics
    from bot.site.site import Settings
    from bot.site.site_folder import SiteFolder
    from bot.store.database import open_database

    zone = ZoneInfo(request["zone"])
    settings = Settings(request["locale"], request["base_url"], zone, UUID(request["identity"]))
    database = await open_database(request["database_url"])
    try:
        statistics = Statistics(database, lambda: datetime.now(UTC), zone)
        snapshots = Snapshots(database, statistics, request["aliases"])
        report = await SiteFolder(snapshots, request["workspace"], Path(request["folder"]), settings).update()
    finally:
        await database.close()
    return {"report": report and report._asdict()}


def main() -> None:
    """Answer one request from standard input."""
    lower_priority()
    search_young_only()
    request = json.loads(next(frames(sys.stdin.buffer)))
    try:
        answer = asyncio.run(_update(request))
    except DayoriError as error:
        answer = {"failure": error.text(request["locale"])}
    except ModuleNotFoundError:
        answer = {"failure": without_extra().text(request["locale"])}
    sys.stdout.buffer.write(framed(json.dumps(answer).encode()))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
