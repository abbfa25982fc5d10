"""Search: how a query is understood, planned and ranked; what carries the index is the store's."""
