"""Files in and out: each format reads a text into papers and writes papers into a text."""
