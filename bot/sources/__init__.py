"""The outside world, read only: what arXiv, Crossref, OpenReview, the ACL Anthology and pages say of a paper."""
