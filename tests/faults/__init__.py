"""Ways to break the set-up, each with the line that doctor and `dayori run` tell; the tests and a trial go through."""
