"""Reads the outside world: metadata of papers from arXiv, Crossref, OpenReview, the ACL Anthology and web pages."""
