"""Platforms that people use the product on; each parses a request, calls one service and renders the answer."""
