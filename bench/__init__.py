"""Benchmarks for `make bench`: our figures beside a named baseline, in one run on one machine."""
