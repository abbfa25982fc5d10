"""Stand-ins for the outside world: platforms, sources, clocks."""
