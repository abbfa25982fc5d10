"""The finished papers of drafts and proposals as shown, their actors, and their outcomes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Upgrade to this revision."""
    for name in ("actor", "paper", "outcome"):
        op.add_column("drafts", sa.Column(name, sa.Text() if name == "actor" else sa.JSON(), nullable=True))
    op.add_column("candidates", sa.Column("paper", sa.JSON(), nullable=True))
    op.add_column("candidates", sa.Column("locale", sa.Text(), nullable=True))
    op.create_table(
        "interactions",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("claimed_at", sa.Text(), nullable=False),
    )
