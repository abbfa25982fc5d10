"""From which paper on a subscription is new, instead of a note for each paper that was there before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the step."""
    op.add_column("subscriptions", sa.Column("starts_after", sa.Integer(), nullable=True))
