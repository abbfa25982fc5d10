"""The papers that people were offered to add, each once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Upgrade to this revision."""
    op.create_table(
        "offers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
