"""File formats: each reads a text into papers and writes papers into a text."""
