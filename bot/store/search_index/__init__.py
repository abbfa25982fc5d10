"""The search index: its tables, their maintenance, and the backend that queries them."""
