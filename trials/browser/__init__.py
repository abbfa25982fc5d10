"""The site in a real browser: `make test-site`."""
