"""Where an edition went, and in which language, if its subscription has moved since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Upgrade to this revision."""
    op.add_column("editions", sa.Column("channel", sa.Text(), nullable=True))
    op.add_column("editions", sa.Column("locale", sa.Text(), nullable=True))
