"""A history that stores each version of a paper once, and an index without the terms of each paper.

What a step led to is the `before` of the paper's next step, or the paper itself. SQLite copies the history row by row,
so a large one needs no memory here.
"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_COPY = """
INSERT INTO new_history (id, workspace_id, change_id, paper_id, before)
SELECT rowid, workspace_id, change_id, paper_id, nullif(before, 'null') FROM history ORDER BY rowid
"""
# A synced file now records the last step instead of the last change: a change may have several transactions, and the
# file may be written between two of them.
_SYNC_STATE = """
UPDATE state SET text = json_remove(json_set(text, '$.step', coalesce(
    (SELECT max(id) FROM history WHERE change_id <= json_extract(state.text, '$.change')), 0)), '$.change')
WHERE name LIKE 'mirror:%'
"""


def upgrade() -> None:
    """Upgrade to this revision."""
    op.add_column("changes", sa.Column("is_open", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "new_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("change_id", "paper_id"),
    )
    op.execute(_COPY)
    op.drop_table("history")
    op.rename_table("new_history", "history")
    op.create_index("history_paper", "history", ["workspace_id", "paper_id", "id"], unique=False)
    op.execute(_SYNC_STATE)
    op.execute("DROP TABLE IF EXISTS search_documents")
    index = f"UPDATE state SET text = '6 {unicodedata.unidata_version}' WHERE name = 'search_index' AND text = '5'"
    op.execute(index)
