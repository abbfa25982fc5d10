"""Copies of a whole store into an empty one, of the same kind or the other."""
