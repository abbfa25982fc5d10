"""Doubles of the outside world: platforms, sources, clocks."""
