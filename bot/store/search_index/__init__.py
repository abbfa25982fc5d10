"""What carries the search: the index's tables, who writes them, and the backend that answers from them."""
