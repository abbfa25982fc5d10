"""Trials too slow for the test suite: posters are killed, their environment fails, and messages are counted."""
