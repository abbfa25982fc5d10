"""Addresses where nobody answers, so that no test contacts the real arXiv: these ports refuse at once.

Each source has its own port, since requests to one place wait three seconds for each other.
"""

from __future__ import annotations

_FIRST_PORT = 2  # up to 8, which nobody uses
SOURCES = {
    name: f"http://127.0.0.1:{port}"
    for port, name in enumerate(
        (
            "arxiv_url",
            "arxiv_listing_url",
            "crossref_url",
            "doi_url",
            "openreview_url",
            "openreview_site_url",
            "acl_url",
        ),
        _FIRST_PORT,
    )
}
