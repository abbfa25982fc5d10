"""A small internet on loopback: arXiv, Crossref, OpenReview, the Anthology and pages; it fails on demand."""

from __future__ import annotations

from .answers import Page
from .dns import Dns
from .server import Web

__all__ = ["Dns", "Page", "Web"]
