"""Trials that are too slow for the test suite."""
