"""Search: understands, plans and ranks queries. The index itself belongs to the store."""
