"""The papers file: filled from, followed, and kept the same as the collection."""
