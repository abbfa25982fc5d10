"""The site's pages, judged by programs that others wrote: `make site-scores`."""
