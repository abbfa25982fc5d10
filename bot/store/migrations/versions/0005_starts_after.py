"""The paper number from which a subscription's papers are new, instead of one row per older paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Upgrade to this revision."""
    op.add_column("subscriptions", sa.Column("starts_after", sa.Integer(), nullable=True))
