"""Which revision of the tables this program reads."""

from __future__ import annotations

from bot.domain.errors import MissingStoreError, StoreError
from bot.i18n import msg
from bot.store.schema import REVISION


def revision_error(revision: str | None, place: str) -> StoreError | None:
    """Return why tables of that revision cannot be read, None if they can; `place` names the database."""
    if revision == REVISION:
        return None
    if revision is None:
        return MissingStoreError(msg('The database "{path}" is empty; dayori run makes its tables.', path=place))
    if revision > REVISION:
        return StoreError(msg('The database "{path}" was made by a newer version; update this program.', path=place))
    return StoreError(
        msg(
            'The database "{path}" is of version {version}, not {wanted}; dayori run brings it up to date.',
            path=place,
            version=revision,
            wanted=REVISION,
        )
    )
