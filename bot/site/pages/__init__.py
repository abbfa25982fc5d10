"""The kinds of pages, one a module."""
