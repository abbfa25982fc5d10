"""Trials that are too slow for the test suite: the poster is killed and its world broken, and every message counted."""
