"""A workspace has a name here, and a UUID everywhere."""

from __future__ import annotations

from pathlib import Path

from bot.services.workspaces import Workspaces
from bot.store.database import Database, open_database
from tests.doubles.clock import AdjustableClock


async def test_a_workspace_keeps_its_uuid_and_shares_it_with_none(database: Database, tmp_path: Path) -> None:
    ours, again = (Workspaces(database, AdjustableClock(), "hosted") for _ in range(2))
    one, other = await ours.named("one"), await ours.named("other")
    other_installation = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    theirs = Workspaces(other_installation, AdjustableClock(), "hosted")
    uuids = {await ours.uuid(one), await ours.uuid(other), await theirs.uuid(await theirs.named("one"))}
    await other_installation.close()
    assert len(uuids) == 3
    assert await again.uuid(one) == await ours.uuid(one)
