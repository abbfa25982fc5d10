"""The terminal: the platform for those who have no token yet, and for operators."""
