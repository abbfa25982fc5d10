"""The table that counts look-ups, for SQLAlchemy; `migrations/` creates it."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table, Text

from bot.store.dialect import NUMBER
from bot.store.schema import metadata, workspace_column

# How often people searched, and nothing of whom or what.
lookup_days = Table(
    "lookup_days",
    metadata,
    workspace_column(),
    Column("day", Text, nullable=False),  # in the team's timezone
    Column("platform", Text, nullable=False),
    Column("lookups", NUMBER, nullable=False),
    PrimaryKeyConstraint("workspace_id", "day", "platform"),
)
