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
_COPY_ON_SERVER = """
INSERT INTO new_history (workspace_id, change_id, paper_id, before)
SELECT workspace_id, change_id, paper_id, CASE WHEN CAST(before AS text) <> 'null' THEN before END
FROM history ORDER BY change_id, paper_id
"""
# A synced file now records the last step instead of the last change: a change may have several transactions, and the
# file may be written between two of them.
_SYNC_STATE = """
UPDATE state SET text = json_remove(json_set(text, '$.step', coalesce(
    (SELECT max(id) FROM history WHERE change_id <= json_extract(state.text, '$.change')), 0)), '$.change')
WHERE name LIKE 'mirror:%'
"""
_SYNC_STATE_ON_SERVER = """
UPDATE state SET text = CAST((CAST(text AS jsonb) || jsonb_build_object('step', coalesce(
    (SELECT max(id) FROM history WHERE change_id <= CAST(CAST(state.text AS jsonb) ->> 'change' AS bigint)), 0)))
    - 'change' AS text)
WHERE name LIKE 'mirror:%'
"""


def upgrade() -> None:
    """Upgrade to this revision."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
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
    op.execute(_COPY if is_sqlite else _COPY_ON_SERVER)
    op.drop_table("history")
    op.rename_table("new_history", "history")
    if not is_sqlite:
        op.execute("ALTER SEQUENCE new_history_id_seq RENAME TO history_id_seq")
    op.create_index("history_paper", "history", ["workspace_id", "paper_id", "id"], unique=False)
    op.execute(_SYNC_STATE if is_sqlite else _SYNC_STATE_ON_SERVER)
    op.execute("DROP TABLE IF EXISTS search_documents")
    index = f"UPDATE state SET text = '6 {unicodedata.unidata_version}' WHERE name = 'search_index' AND text = '5'"
    op.execute(index)
