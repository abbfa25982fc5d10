"""Feeds and what they announced, and candidates that are kept with the decision on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.domain.candidate import Candidate, proposed_paper
from bot.domain.paper import Paper, identity_keys, link_keys, title_key
from bot.store.dialect import read_json
from bot.store.papers import paper_from

revision = "0013"
down_revision = "0012"

_INSERT_KEY = sa.text("INSERT INTO candidate_keys (workspace_id, key, number) VALUES (:workspace, :key, :number)")


def upgrade() -> None:
    """Upgrade to this revision."""
    for name in ("later_at", "decision", "decided_at", "decided_by", "decider"):
        op.add_column("candidates", sa.Column(name, sa.Text()))
    op.add_column("candidates", sa.Column("score", sa.Float()))
    op.add_column("candidates", sa.Column("reasons", sa.JSON()))
    op.add_column("candidates", sa.Column("change_id", sa.Integer()))
    op.drop_index("candidates_workspace", "candidates")
    op.create_index("candidates_workspace", "candidates", ["workspace_id", "decision", "number"], unique=False)
    op.create_index("candidates_decider", "candidates", ["workspace_id", "decider", "decided_at"], unique=False)
    op.create_table(
        "candidate_keys",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["number"], ["candidates.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "key", "number"),
    )
    op.create_index("candidate_keys_number", "candidate_keys", ["number"], unique=False)
    op.create_table(
        "feed_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.Text(), nullable=True),
        sa.Column("unconditional_at", sa.Text(), nullable=True),
        sa.Column("next_poll_at", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.Text(), nullable=True),
        sa.Column("read_at", sa.Text(), nullable=True),
        sa.Column("news_at", sa.Text(), nullable=True),
        sa.Column("rhythm", sa.JSON(), nullable=False),
        sa.Column("failing_since", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("trouble", sa.JSON(), nullable=True),
        sa.Column("stopped_at", sa.Text(), nullable=True),
        sa.Column("status", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url"),
    )
    op.create_index("feed_addresses_due", "feed_addresses", ["stopped_at", "next_poll_at"], unique=False)
    op.create_table(
        "feed_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=True),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["feed_addresses.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("feed_entries_address", "feed_entries", ["address_id", "id"], unique=False)
    op.create_table(
        "feed_entry_keys",
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["feed_addresses.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("address_id", "key"),
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("include", sa.JSON(), nullable=False),
        sa.Column("exclude", sa.JSON(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("paused_at", sa.Text(), nullable=True),
        sa.Column("configured", sa.JSON(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["address_id"], ["feed_addresses.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace_id", "name"),
    )
    op.create_index("feeds_address", "feeds", ["address_id"], unique=False)
    op.create_table(
        "candidate_feeds",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["number"], ["candidates.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "feed_id"),
    )
    op.create_index("candidate_feeds_feed", "candidate_feeds", ["feed_id"], unique=False)
    op.create_table(
        "feed_days",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("seen", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("matched", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("offered", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("accepted", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rejected", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "day"),
    )
    op.create_table(
        "arxiv_announcements",
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("papers", sa.JSON(), nullable=True),
        sa.Column("checked_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("category", "day"),
    )
    op.create_table(
        "source_turns",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("free_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    _write_keys()


def _write_keys() -> None:
    connection = op.get_bind()
    op.execute("UPDATE candidates SET paper = NULL WHERE CAST(paper AS text) = 'null'")
    rows = connection.exec_driver_sql("SELECT number, workspace_id, form, paper FROM candidates").fetchall()
    for number, workspace_id, form, columns in rows:
        paper = _paper(read_json(form), read_json(columns))
        for key in dict.fromkeys((*identity_keys(paper), *link_keys(paper), title_key(paper.title))):
            connection.execute(_INSERT_KEY, {"workspace": workspace_id, "key": key, "number": number})


def _paper(form: dict[str, Any], columns: dict[str, Any] | None) -> Paper:
    paper = paper_from(columns) if columns else None
    return proposed_paper(Candidate(0, form, None, None, datetime.min, paper))
