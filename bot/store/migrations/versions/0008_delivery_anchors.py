"""Where to search for a message, how often an edition failed, and when a paused subscription is tried again.

A message that was being sent during the update gets the newest known message of its channel as its anchor, or the
channel's own id: Discord's ids sort by time, and a channel is older than its messages.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ANCHOR = """
UPDATE messages SET anchor = (
    SELECT CAST(max(COALESCE(max(CAST(sent.message_id AS INTEGER)), 0),
                    CAST(replace(mine.channel, rtrim(mine.channel, '0123456789'), '') AS INTEGER)) AS TEXT)
    FROM editions edition
    JOIN subscriptions mine ON mine.id = edition.subscription_id
    LEFT JOIN subscriptions same ON same.channel = mine.channel
    LEFT JOIN editions other ON other.subscription_id = same.id
    LEFT JOIN messages sent ON sent.edition_id = other.id AND sent.state = 'sent'
    WHERE edition.id = messages.edition_id
) WHERE state = 'sending'
"""
_ANCHOR_ON_SERVER = """
UPDATE messages SET anchor = (
    SELECT CAST(greatest(
        coalesce(max(CASE WHEN sent.message_id ~ '^[0-9]{1,18}$' THEN CAST(sent.message_id AS bigint) END), 0),
        CAST(substring(mine.channel FROM '[0-9]{1,18}$') AS bigint)) AS text)
    FROM editions edition
    JOIN subscriptions mine ON mine.id = edition.subscription_id
    LEFT JOIN subscriptions same ON same.channel = mine.channel
    LEFT JOIN editions other ON other.subscription_id = same.id
    LEFT JOIN messages sent ON sent.edition_id = other.id AND sent.state = 'sent'
    WHERE edition.id = messages.edition_id
    GROUP BY mine.channel
) WHERE state = 'sending'
"""


def upgrade() -> None:
    """Upgrade to this revision."""
    op.add_column("messages", sa.Column("anchor", sa.Text(), nullable=True))
    op.add_column("editions", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("editions", sa.Column("told", sa.Text(), nullable=True))
    op.add_column("subscriptions", sa.Column("tried_again_at", sa.Text(), nullable=True))
    op.execute(_ANCHOR if op.get_bind().dialect.name == "sqlite" else _ANCHOR_ON_SERVER)
