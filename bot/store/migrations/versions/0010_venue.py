"""Where a paper was published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Take the step."""
    op.add_column("papers", sa.Column("venue", sa.Text()))
