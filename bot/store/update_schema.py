"""The tables of what sources tell of papers later, for SQLAlchemy; `migrations/` creates them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, PrimaryKeyConstraint, Table, Text

from bot.store.dialect import NUMBER
from bot.store.schema import metadata, workspace_column

# When a paper is looked at again in a source, and what the source said of it last. A removed paper that an undo
# restores keeps its number, so this has no foreign key.
paper_checks = Table(
    "paper_checks",
    metadata,
    workspace_column(),
    Column("number", NUMBER, nullable=False),
    Column("source", Text, nullable=False),  # arxiv · crossref
    Column("due_at", Text, nullable=False),
    Column("checked_at", Text),  # null while no look succeeded
    Column("publication", JSON(none_as_null=True)),  # with the id that the paper had there
    PrimaryKeyConstraint("number", "source"),
    Index("paper_checks_due", "source", "due_at"),
)

# Updates in the order in which they were noticed; an edition tells those after the last one that its channel had.
follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", NUMBER, primary_key=True),
    workspace_column(),
    Column("number", NUMBER, nullable=False),
    Column("update", JSON, nullable=False),  # [kind, date, value, url]
    Column("noticed_at", Text, nullable=False),
    Index("follow_ups_workspace", "workspace_id", "id"),
    sqlite_autoincrement=True,
)

# Up to which follow-up a channel has had them.
channel_follow_ups = Table(
    "channel_follow_ups",
    metadata,
    workspace_column(),
    Column("channel", Text, nullable=False),
    Column("follow_up_id", NUMBER, nullable=False),
    PrimaryKeyConstraint("workspace_id", "channel"),
)
