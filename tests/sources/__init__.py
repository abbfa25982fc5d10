"""Tests of the outside world, against doubles of it."""
