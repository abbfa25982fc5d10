"""The last turn taken of a subscription's schedule, and why an edition has not arrived yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Upgrade to this revision."""
    op.add_column("subscriptions", sa.Column("turn", sa.Text(), nullable=True))
    op.add_column("editions", sa.Column("trouble", sa.JSON(), nullable=True))
