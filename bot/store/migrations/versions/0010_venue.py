"""The venue of a paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Upgrade to this revision."""
    op.add_column("papers", sa.Column("venue", sa.Text()))
