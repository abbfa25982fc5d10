"""Feeds: what they hold, and what of it is offered."""
