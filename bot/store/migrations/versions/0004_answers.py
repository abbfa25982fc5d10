"""The cache of the sources' answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Upgrade to this revision."""
    op.create_table(
        "answers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("kept_until", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
