"""Addresses where nobody answers, so that no test contacts the real arXiv: port 9 refuses at once."""

from __future__ import annotations

SOURCES = dict.fromkeys(
    ("arxiv_url", "arxiv_listing_url", "crossref_url", "doi_url", "openreview_url", "openreview_site_url", "acl_url"),
    "http://127.0.0.1:9",
)
