"""Tests of the sources, against doubles."""
