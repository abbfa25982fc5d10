"""Standard names for tables and columns: leases, state, cached metadata, forms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_TABLES = {"notes": "state", "answers": "metadata_cache"}
_COLUMNS = {
    "editions": {"claimed_by": "lease_owner", "claimed_until": "leased_until", "told": "reported_trouble"},
    "drafts": {"typed": "form"},
    "candidates": {"typed": "form"},
}
# The sync state of a file is JSON; its content hashes used to be called `said`.
_SYNC_STATE = """
UPDATE state SET text = json_remove(json_set(text, '$.hashes', json_extract(text, '$.said')), '$.said')
WHERE name LIKE 'mirror:%' AND json_extract(text, '$.said') IS NOT NULL
"""
_SYNC_STATE_ON_SERVER = """
UPDATE state SET text = CAST(
    (CAST(text AS jsonb) || jsonb_build_object('hashes', CAST(text AS jsonb) -> 'said')) - 'said' AS text)
WHERE CASE WHEN name LIKE 'mirror:%' THEN CAST(text AS jsonb) -> 'said' IS NOT NULL END
"""


def upgrade() -> None:
    """Upgrade to this revision. The index's tables exist only if a search was opened before."""
    for old, new in _TABLES.items():
        op.rename_table(old, new)
    for table, names in _COLUMNS.items():
        for old, new in names.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    op.execute(_SYNC_STATE if op.get_bind().dialect.name == "sqlite" else _SYNC_STATE_ON_SERVER)
    if sa.inspect(op.get_bind()).has_table("search_cuts"):
        op.rename_table("search_cuts", "search_documents")
        op.execute("ALTER TABLE search_documents RENAME COLUMN cut TO document")
