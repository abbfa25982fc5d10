"""Names an account by a hash of its token, so that processes can tell whether they share one."""

from __future__ import annotations

from hashlib import blake2b


def account_of(token: str) -> str:
    """Return a short hash of a token; empty without one."""
    return blake2b(token.encode(), digest_size=8).hexdigest() if token else ""
